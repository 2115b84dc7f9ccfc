/** Generating from a picture: as much of it as a strength leaves, what a mask keeps, and the noise it could be made of. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { builtins, loadModel, sample } from "../mod.ts";
import { decodeFile, encodePng, type Picture } from "../lib/image/mod.ts";
import { memoryConsole } from "../pipeline/terminal/memory_console.ts";
import { DenoiseError } from "../pipeline/problems/problem.ts";
import { trainTiny } from "./tiny_model.ts";

const folder = await Deno.makeTempDir({ prefix: "from-picture-" });
addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
const run = await trainTiny(folder);

/** Stripes, and a mask whose right half is white. */
const picture = draw((x, y) => [x * 30, y * 30, (x + y) % 2 * 120]);
const mask = draw((x) => x >= 4 ? [255, 255, 255] : [0, 0, 0]);
const [pictureFile, maskFile] = ["picture", "mask"].map((name) => join(folder, `${name}.png`)) as [string, string];
await Deno.writeFile(pictureFile, await encodePng(picture));
await Deno.writeFile(maskFile, await encodePng(mask));

function draw(colour: (x: number, y: number) => readonly number[]): Picture {
  const data = Array.from({ length: 64 }, (_, i) => colour(i % 8, Math.floor(i / 8))).flat();
  return { width: 8, height: 8, data: Uint8Array.from(data) };
}

/** Mean difference of two pictures, in levels. */
function difference(a: Picture, b: Picture, where = (_: number) => true): number {
  let [sum, count] = [0, 0];
  for (const [i, value] of a.data.entries()) {
    if (where(Math.floor(i / 3) % 8)) [sum, count] = [sum + Math.abs(value - b.data[i]!), count + 1];
  }
  return sum / count;
}

const deterministic = { use: "ddim", steps: 12 };

/** Pictures of two seeds. */
async function generated(
  from: Parameters<Awaited<ReturnType<typeof loadModel>>["generate"]>[0] & object,
): Promise<Picture[]> {
  await using model = await loadModel(run);
  return await Array.fromAsync(model.generate({ count: 2, sampler: deterministic, ...from }));
}

Deno.test("the smaller the strength, the nearer a picture stays to the one that it starts from", async () => {
  const distances: number[] = [];
  for (const strength of [0.1, 0.4, 1]) {
    const [first, second] = await generated({ from: { picture, strength } }) as [Picture, Picture];
    assert.notDeepEqual(first.data, second.data, "each seed has its own noise");
    distances.push(difference(first, picture));
  }
  assert.ok(distances[0]! < distances[1]! && distances[1]! < distances[2]!, `${distances}`);
});

Deno.test("a mask keeps what is black, and draws what is white anew for each seed", async () => {
  for (const use of ["ddim", "dpmpp", "unipc", "heun", "euler-ancestral"]) {
    const [first, second] = await generated({ sampler: { use, steps: 6 }, from: { picture, mask } }) as [
      Picture,
      Picture,
    ];
    assert.ok(difference(first, picture, (x) => x < 4) < 0.51, `${use} keeps the left half`);
    assert.ok(difference(first, second, (x) => x >= 4) > 1, `${use} draws the right half by the seed`);
  }
});

Deno.test("a picture that is inverted comes back, to the last bit but rounding", async () => {
  for (const sampler of [{ use: "ddim", steps: 12 }, { use: "heun", steps: 8 }, { use: "dpm-2", steps: 8 }]) {
    const [first, second] = await generated({ sampler, from: { picture, invert: true } }) as [Picture, Picture];
    assert.ok(difference(first, picture) < 0.05, `${sampler.use}: ${difference(first, picture)}`);
    assert.deepEqual(first.data, second.data, "the noise is the picture's, not the seed's");
  }
});

Deno.test("what cannot be inverted, or started from a picture, is refused with what to do", async () => {
  const cases = [
    [
      { sampler: { use: "ddim", stochasticity: 1 }, from: { picture, invert: true } },
      "sampler-not-invertible",
      /it draws noise/,
    ],
    [
      { sampler: { use: "dpmpp" }, from: { picture, invert: true } },
      "sampler-not-invertible",
      /depend on earlier ones/,
    ],
    [
      { sampler: { use: "ddim", spacing: "karras" }, from: { picture, invert: true } },
      ...["sampler-not-invertible", /the image itself/] as const,
    ],
    [{ sampler: { use: "pndm" }, from: { picture } }, "sampler-cannot-begin", /cannot start from a picture/],
    [{ from: { picture, strength: 0 } }, "bad-option", /strength/],
    [{ from: { picture, mask, invert: true } }, "bad-option", /invert/],
  ] as const;
  for (const [request, code, what] of cases) {
    const error = await generated(request as never).catch((error) => error);
    assert.ok(error instanceof DenoiseError, String(error));
    const [problem] = error.problems;
    if (code !== "bad-option") assert.equal(problem!.code, code);
    assert.match(problem!.message, what);
    assert.ok(problem!.help.length > 0);
  }
});

Deno.test("the command starts from files, and says how exact an inversion is and what an adaptive sampler took", async () => {
  const console = memoryConsole();
  const back = {
    overrides: ["samplers.back={ use: ddim, steps: 12 }", "samplers.own={ use: dpm-adaptive, tolerance: 0.05 }"],
  };
  const common = { plugins: builtins, ...back, count: 1 };
  const out = join(folder, "out");
  const result = await sample(run, { ...common, sampler: "back", from: pictureFile, invert: true, out }, console);
  assert.ok(result.inversion!.error < 1e-4, `${result.inversion!.error}`);
  assert.ok(difference(await decodeFile(join(out, result.images[0]!.file!)), picture) < 0.05);
  const kept = await sample(run, { ...common, sampler: "back", from: pictureFile, mask: maskFile, out }, console);
  assert.ok(difference(await decodeFile(join(out, kept.images[0]!.file!)), picture, (x) => x < 4) < 0.51);
  const chosen = await sample(run, { ...common, sampler: "own", out }, console);
  assert.ok(chosen.evaluations! > 3 && chosen.evaluations! % 3 === 0, `${chosen.evaluations}`);
  const few = { ...common, sampler: "own", out, overrides: [...back.overrides, "samplers.own.max_steps=3"] };
  await assert.rejects(sample(run, few, console), /has not arrived after 3 steps/);
  for (
    const [options, what] of [[{ mask: maskFile }, /--mask/], [{ strength: 0.5 }, /--strength/], [{
      from: pictureFile,
      strength: 2,
    }, /2/]] as const
  ) {
    await assert.rejects(sample(run, { ...common, out, ...options }, console), what);
  }
});
