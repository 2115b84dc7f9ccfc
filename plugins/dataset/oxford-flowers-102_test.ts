/** Tests of the dataset `oxford-flowers-102`, on a small archive of the same layout served on loopback. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { deflateSync, gzipSync } from "node:zlib";
import { files, image } from "denoise/plugin";
import sharp from "sharp";
import { openPictures } from "../../pipeline/data/mod.ts";
import type { DenoiseError } from "../../pipeline/problem.ts";
import flowersPlugin, { flowers } from "./oxford-flowers-102.ts";
import { arrange } from "./oxford-flowers-102/index.ts";
import { type Sources } from "./oxford-flowers-102/sources.ts";
import { listTar, readEntry } from "./oxford-flowers-102/tar.ts";
import { dataset, tools } from "./shared/testing.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const concat = (parts: readonly Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));

/** A tar archive, as `tar --format=ustar` writes it. */
function tar(entries: Record<string, Uint8Array>): Uint8Array {
  const blocks = Object.entries(entries).flatMap(([name, content]) => {
    const header = new Uint8Array(512);
    header.set(utf8(name));
    header.set(utf8("0000644\0" + "0000000\0".repeat(2)), 100);
    header.set(utf8(content.length.toString(8).padStart(11, "0") + "\0" + "0".repeat(11) + "\0" + " ".repeat(8)), 124);
    header.set(utf8(name.endsWith("/") ? "5" : "0"), 156);
    header.set(utf8("ustar\0" + "00"), 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.set(utf8(sum.toString(8).padStart(6, "0") + "\0 "), 148);
    return [header, content, new Uint8Array((512 - content.length % 512) % 512)];
  });
  return concat([...blocks, new Uint8Array(1024)]);
}

/** A MATLAB file of uint16 rows, compressed, as the official ones are. */
function mat(arrays: Record<string, readonly number[]>): Uint8Array {
  const element = (type: number, data: Uint8Array) => {
    const padded = new Uint8Array(8 + Math.ceil(data.length / 8) * 8);
    new DataView(padded.buffer).setUint32(0, type, true);
    new DataView(padded.buffer).setUint32(4, data.length, true);
    padded.set(data, 8);
    return padded;
  };
  const bytes = (array: ArrayBufferView) => new Uint8Array(array.buffer);
  const header = new Uint8Array(128);
  header.set([0, 1, 73, 77], 124);
  const parts = Object.entries(arrays).map(([name, row]) => {
    const inner = concat([
      element(6, bytes(Uint32Array.of(11, 0))),
      element(5, bytes(Int32Array.of(1, row.length))),
      element(1, utf8(name)),
      element(4, bytes(Uint16Array.from(row))),
    ]);
    const packed = deflateSync(element(14, inner));
    const tag = bytes(Uint32Array.of(15, packed.length));
    return concat([tag, packed]);
  });
  return concat([header, ...parts]);
}

/** Picture k is 20×16 of the grey value 10 k; 10 to train, 5 to validate, 10 to test. */
const splits = { trnid: range(1, 10), valid: range(11, 5), tstid: range(16, 10) };
const labels = range(0, 25).map((i) => 1 + i % 102);
function range(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from + i);
}
const name = (number: number) => `image_${String(number).padStart(5, "0")}.jpg`;
const jpegs: Record<string, Uint8Array> = { "jpg/": new Uint8Array() };
for (const number of range(1, 25)) {
  const background = { r: number * 10, g: number * 10, b: number * 10 };
  const file = sharp({ create: { width: 20, height: 16, channels: 3, background } }).jpeg({ quality: 100 });
  jpegs[`jpg/${name(number)}`] = new Uint8Array(await file.toBuffer());
}
const plain = tar(jpegs);
const served: Record<string, Uint8Array> = {
  "/102flowers.tgz": new Uint8Array(gzipSync(plain)),
  "/imagelabels.mat": mat({ labels }),
  "/setid.mat": mat(splits),
};

interface Server {
  base: string;
  sources: Sources;
  cache: string;
  requests: string[];
  answer: (path: string) => Response | undefined;
}

async function withServer(test: (server: Server) => Promise<void>, content = served): Promise<void> {
  const cache = await Deno.makeTempDir();
  const requests: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { pathname } = new URL(request.url);
    requests.push(pathname);
    return state.answer(pathname) ?? new Response(content[pathname]! as Uint8Array<ArrayBuffer>);
  });
  const base = `http://127.0.0.1:${server.addr.port}`;
  const remote = (path: string) => ({
    url: base + path,
    size: content[path]!.length,
    sha256: files.sha256(content[path]!),
  });
  const sources = {
    archive: remote("/102flowers.tgz"),
    labels: remote("/imagelabels.mat"),
    splits: remote("/setid.mat"),
  };
  const state: Server = { base, sources, cache, requests, answer: () => undefined };
  await test(state);
  await server.shutdown();
  await Deno.remove(cache, { recursive: true });
}

const options = { image_size: 8, resize: "bicubic" } as const;
const open = ({ sources, cache }: Server, more = {}) =>
  openPictures(flowers(options, sources), { name: "oxford-flowers-102", cache, ...more });

Deno.test("oxford-flowers-102 downloads, unpacks, labels and splits, and does none of it twice", async () => {
  await withServer(async (server) => {
    const works = new Set<string>();
    for (let opening = 0; opening < 2; opening++) {
      await using pictures = await open(server, { progress: ({ what }: { what: string }) => void works.add(what) });
      assert.equal(server.requests.length, 3, "three files, once");
      assert.deepEqual([pictures.train.count, pictures.validation.count], [8 + 4 + 8, 2 + 1 + 2]);
      assert.equal(pictures.classes!.length, 102);
      const seen: number[] = [];
      const bytes = new Uint8Array(8 * 8 * 3);
      for (const set of [pictures.train, pictures.validation]) {
        for (let i = 0; i < set.count; i++) {
          set.read(i, bytes, 0);
          const number = Math.round(bytes[0]! / 10);
          assert.ok(bytes.every((byte) => Math.abs(byte - number * 10) <= 2));
          assert.equal(set.labels![i], labels[number - 1]! - 1);
          seen.push(number);
        }
      }
      assert.deepEqual(seen.toSorted((a, b) => a - b), range(1, 25));
    }
    assert.deepEqual(works.has("downloading 102flowers.tgz") && works.has("unpacking 102flowers.tgz"), true);
  });
});

Deno.test("oxford-flowers-102 splits as TensorFlow Datasets orders its files", () => {
  // From tensorflow_datasets.core.hashing.Hasher of 4.9.10, for files 1 to 10 in each of the three.
  const expected = {
    train: [2, 7, 1, 8, 6, 3, 4, 9, 10, 5],
    validation: [2, 10, 5, 3, 7, 4, 1, 9, 6, 8],
    test: [6, 5, 3, 7, 4, 10, 1, 9, 2, 8],
  };
  const entries = range(1, 10).map((number) => ({ name: `jpg/${name(number)}`, offset: 0, size: 0 }));
  const data = Float64Array.from(range(1, 10));
  const found = arrange(
    entries,
    Float64Array.from(labels),
    new Map(["trnid", "valid", "tstid"].map((key) => [key, { data }])),
  );
  const file = (number: number, place: number) => [`jpg/${name(number)}`, place < 8];
  assert.deepEqual(
    found.map(({ name, train }) => [name, train]),
    Object.values(expected).flatMap((list) => list.map(file)),
  );
});

Deno.test("oxford-flowers-102 goes on with a download that was interrupted", async () => {
  await withServer(async (server) => {
    const folder = join(server.cache, "datasets", "oxford-flowers-102");
    await Deno.mkdir(folder, { recursive: true });
    const archive = served["/102flowers.tgz"]!;
    const half = archive.length >> 1;
    await Deno.writeFile(join(folder, "102flowers.tgz.part"), archive.subarray(0, half));
    let resumed = false;
    server.answer = (path) => {
      if (path !== "/102flowers.tgz") return undefined;
      resumed = true;
      const range = `bytes ${half}-${archive.length - 1}/${archive.length}`;
      return new Response(archive.subarray(half) as Uint8Array<ArrayBuffer>, {
        status: 206,
        headers: { "content-range": range },
      });
    };
    await using pictures = await open(server);
    assert.ok(resumed);
    assert.equal(pictures.train.count, 20);
  });
});

Deno.test("oxford-flowers-102 reads an archive that is not compressed", async () => {
  await withServer(async (server) => {
    await using pictures = await open(server);
    assert.equal(pictures.train.count, 20);
  }, { ...served, "/102flowers.tgz": plain });
});

Deno.test("oxford-flowers-102 says which file to place where when it cannot be downloaded", async () => {
  await withServer(async (server) => {
    server.answer = (path) => path.endsWith(".tgz") ? new Response(null, { status: 404 }) : undefined;
    const path = join(server.cache, "datasets", "oxford-flowers-102", "102flowers.tgz");
    await assert.rejects(open(server), (error: DenoiseError) => {
      assert.match(error.message, /^Cannot download "http.*102flowers.tgz": the server answered 404/);
      assert.equal(error.problems[0]!.help[0], `to place it by hand, put this file at: ${path}`);
      return true;
    });
    await Deno.writeFile(path, served["/102flowers.tgz"]!);
    await using pictures = await open(server);
    assert.equal(pictures.train.count, 20);
  });
});

Deno.test("oxford-flowers-102 downloads nothing when it may not, and needs nothing once it is unpacked", async () => {
  await withServer(async (server) => {
    await assert.rejects(open(server, { download: false }), (error: DenoiseError) => {
      assert.equal(error.message, 'The file "102flowers.tgz" is not here, and nothing is downloaded now');
      assert.ok(error.problems[0]!.help.includes(`address: ${server.base}/102flowers.tgz`));
      return true;
    });
    assert.deepEqual(server.requests, []);
    await (await open(server))[Symbol.asyncDispose]();
    await Deno.remove(join(server.cache, "datasets", "oxford-flowers-102", "102flowers.tgz"));
    await (await open(server, { download: false }))[Symbol.asyncDispose]();
  });
});

Deno.test("oxford-flowers-102 takes its files from a mirror, and has the official sizes and hashes", async () => {
  await withServer(async (server) => {
    const mirror = `${server.base}/`;
    const stage = await dataset(flowersPlugin, { mirror });
    assert.deepEqual(stage.image, { height: 64, width: 64, channels: 3 });
    // The small list of labels is not the official one, and says so.
    await assert.rejects(stage.open(tools(join(server.cache, "x"))), (error: files.DownloadError) => {
      assert.ok(error.help.includes(`address: ${server.base}/imagelabels.mat`), String(error));
      assert.ok(error.help.includes("size: 502 bytes"));
      return true;
    });
  });
});

Deno.test("listTar() finds files and refuses archives that are damaged or cut short", async () => {
  const path = await Deno.makeTempFile();
  await Deno.writeFile(path, plain);
  const entries = await listTar(path);
  assert.equal(entries.length, 25);
  assert.deepEqual(await readEntry(path, entries[3]!), jpegs[entries[3]!.name]);
  assert.equal((await image.decode(await readEntry(path, entries[3]!))).width, 20);
  await Deno.writeFile(path, plain.map((byte, i) => (i === 512 + 3 ? byte ^ 1 : byte)));
  await assert.rejects(listTar(path), /is damaged at byte 512/);
  await Deno.writeFile(path, plain.subarray(0, entries[3]!.offset + 5));
  await assert.rejects(listTar(path), /is cut short/);
  await Deno.remove(path);
});
