import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { files, type MetricView, type OpenTools, Refusal, type Spread } from "denoise/plugin";
import { normal, onBackend } from "../../pipeline/contract/laws.ts";
import { cpu } from "../../pipeline/run/testing.ts";
import { kernelDistance } from "./kid/estimate.ts";
import { overBatches } from "./shared/batches.ts";
import { loadWeights } from "./kid/source.ts";
import { type FakeWeights, writeFakeWeights } from "./kid/testing.ts";
import plugin, { kid } from "./kid.ts";

const image = { height: 8, width: 8, channels: 3 };
const options = plugin.options.parse({ sampler: "preview" });

function toolsFor(folder: string, more: Partial<OpenTools> = {}): OpenTools {
  const { signal } = new AbortController();
  return { folder, download: true, signal, progress: () => {}, warn: () => {}, ...more };
}

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "kid-" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A view of batches of noise; `shift` brightens the generated pictures. */
function view(pictures: number, batchSize: number, shift: number): MetricView & { asked: [string, number, number][] } {
  const asked: [string, number, number][] = [];
  async function* batches(name: string, count: number, batch: number, brighter: number) {
    asked.push([name, count, batch]);
    for (let done = 0; done < count; done += batch) {
      const images = tf.tidy(() => {
        const noise = normal(`${name} ${done}`, batch, image);
        return tf.clipByValue(tf.add(tf.mul(noise, 0.2), 0.4 + brighter), 0, 1) as tf.Tensor4D;
      });
      yield await Promise.resolve(images);
      images.dispose();
    }
  }
  return {
    asked,
    backend: cpu,
    pictures,
    batchSize,
    levels: () => Promise.resolve([]),
    batches: () => assert.fail("no network is needed for KID"),
    real: (count, batch) => batches("real", count, batch, 0),
    generate: (count, batch = batchSize) => batches("generated", count, batch, shift),
  };
}

Deno.test("the estimate is without bias: its mean over sets of one distribution is zero, and more for another", () => {
  let state = 1;
  const uniform = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const set = (count: number, shift: number) => ({
    data: Float64Array.from({ length: count * 4 }, () => uniform() + shift),
    count,
  });
  const over = (shift: number) =>
    overBatches(Array.from({ length: 2000 }, () => kernelDistance(set(5, 0), set(5, shift), 4)));
  const same = over(0), other = over(0.5);
  assert.ok(Math.abs(same.value) < 4 * same.spread! / Math.sqrt(2000), `${same.value} of ${same.spread}`);
  assert.ok(other.value > 10 * other.spread! / Math.sqrt(2000), `${other.value} of ${other.spread}`);
  assert.deepEqual(overBatches([3]), { value: 3 });
  assert.deepEqual(overBatches([1, 3]), { value: 2, spread: Math.SQRT2 });
});

Deno.test("weights are found in both layouts of Keras, whatever number it begins to count with", () =>
  inFolder(async (folder) => {
    const load = async (fake: FakeWeights) => {
      const path = join(folder, "weights.h5");
      await writeFakeWeights(path, fake);
      return await loadWeights(path, toolsFor(folder));
    };
    const legacy = await load({ layout: "legacy" });
    assert.equal(legacy.weights.length, 94);
    const [numbered, modern] = [await load({ layout: "legacy", first: 189 }), await load({ layout: "vars", first: 1 })];
    assert.deepEqual([numbered.weights, modern.weights], [legacy.weights, legacy.weights]);
    assert.equal(new Set([legacy, numbered, modern].map(({ digest }) => digest)).size, 3, "each file has its digest");
    const refused = async (fake: FakeWeights, what: RegExp) =>
      await assert.rejects(load(fake), (error) => {
        assert.ok(error instanceof Refusal && error.option === "weights", String(error));
        assert.match(error.message, what);
        return true;
      });
    await refused({ layout: "legacy", count: 93 }, /it has 93 convolutions, and InceptionV3 without its top has 94/);
    await refused(
      { layout: "legacy", lastFilters: 191 },
      /kernel of conv2d 93 is \[1,1,2048,191\], and \[1,1,2048,192\] in InceptionV3/,
    );
    await Deno.writeTextFile(join(folder, "text.h5"), "no HDF5 at all");
    await assert.rejects(loadWeights(join(folder, "text.h5"), toolsFor(folder)), /it is not an HDF5 file/);
    await assert.rejects(loadWeights(join(folder, "none.h5"), toolsFor(folder)), /there is no such file/);
  }));

Deno.test("weights are downloaded once, resumed and checked; without them the error says where to place them", () =>
  inFolder(async (folder) => {
    const original = join(folder, "original.h5");
    await writeFakeWeights(original, { layout: "legacy" });
    const bytes = await Deno.readFile(original);
    const ranges: (string | null)[] = [];
    await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
      const range = request.headers.get("range");
      ranges.push(range);
      const start = Number(range?.match(/^bytes=(\d+)-$/)?.[1] ?? 0);
      if (start === 0) return new Response(bytes);
      const headers = { "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}` };
      return new Response(bytes.subarray(start), { status: 206, headers });
    });
    const remote = {
      url: `http://127.0.0.1:${server.addr.port}/inception.h5`,
      size: bytes.length,
      md5: createHash("md5").update(bytes).digest("hex"),
    };
    const cache = join(folder, "cache");
    await assert.rejects(loadWeights(undefined, toolsFor(cache, { download: false }), remote), (error) => {
      assert.ok(error instanceof files.DownloadError);
      assert.ok(error.help.some((line) => line.includes(join(cache, "inception.h5"))), error.help.join());
      assert.ok(error.help.includes(`MD5: ${remote.md5}`));
      return true;
    });
    await Deno.mkdir(cache);
    await Deno.writeFile(join(cache, "inception.h5.part"), bytes.subarray(0, 1000));
    const shown: string[] = [];
    const tools = toolsFor(cache, {
      progress: (what, done, total, unit) => void shown.push(`${what} ${done} ${total} ${unit}`),
    });
    const weights = await loadWeights(undefined, tools, remote);
    assert.deepEqual(ranges, ["bytes=1000-"]);
    assert.match(shown.at(-1)!, /^downloading InceptionV3 [\d.]+ [\d.]+ MB$/);
    assert.equal(weights.digest, remote.md5);
    assert.deepEqual(weights.weights, (await loadWeights(original, tools)).weights);
    await loadWeights(undefined, tools, remote);
    assert.equal(ranges.length, 1, "downloaded once");
    await Deno.writeFile(join(cache, "inception.h5"), bytes.with(5000, bytes[5000]! ^ 1));
    await assert.rejects(loadWeights(undefined, tools, remote), /is not the one expected/);
  }));

Deno.test("kid compares batches of equal size, and says how far they are apart", () =>
  onBackend("wasm", () =>
    inFolder(async (folder) => {
      const path = join(folder, "weights.h5");
      await writeFakeWeights(path, { layout: "legacy" });
      const name = "kid(inception-v3-75)";
      const measured = async (more: Partial<typeof options>, shift: number, pictures = 9) => {
        const metric = kid({ ...options, weights: path, ...more });
        assert.deepEqual(metric.better, { [name]: "lower" });
        await metric.prepare(toolsFor(folder));
        const seen = view(pictures, 4, shift);
        const found = (await metric.measure(seen))[name] as Spread;
        return { ...found, asked: seen.asked };
      };
      const near = await measured({}, 0), far = await measured({}, 0.3);
      assert.deepEqual(near.asked, [["generated", 8, 4], ["real", 8, 4]], "whole batches only");
      assert.ok(far.value > near.value + near.spread!, `${far.value} and ${near.value} ± ${near.spread}`);
      assert.deepEqual((await measured({ images: 12, batch: 3 }, 0)).asked[0], ["generated", 12, 3]);
      const alone = await measured({}, 0, 3);
      assert.deepEqual(alone.asked[0], ["generated", 3, 3], "fewer pictures than a batch");
      assert.equal(alone.spread, undefined);
    })));
