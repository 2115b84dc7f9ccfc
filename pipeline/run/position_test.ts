/** Tests of the check of what a checkpoint says of itself, in files without a checksum as anybody may write them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { DenoiseError } from "../problems/problem.ts";
import { newestGood, type Position, readCheckpoint, readPosition } from "./checkpoint.ts";
import { writeSafetensors } from "./safetensors.ts";

const right: Position = {
  step: 7,
  epoch: 1,
  batch: 2,
  measured: true,
  seed: 3,
  backend: "cpu",
  devices: 1,
  pictures: 20,
  classes: ["a", "b"],
  best: { metric: "kid", value: 0.25, step: 5 },
  metrics: { kid: 0.5 },
  seconds: 1.5,
};
const recipe = "name: x\n";

async function written(metadata: Record<string, string>, name = "a.safetensors"): Promise<string> {
  const path = join(await Deno.makeTempDir(), name);
  const tensors = { "state/step": { dtype: "I32" as const, shape: [], data: Int32Array.of(7) } };
  await writeSafetensors(path, tensors, { format: "denoise-checkpoint-1", recipe, ...metadata });
  return path;
}

const read = async (metadata: Record<string, string>, name?: string) =>
  await readCheckpoint(await written(metadata, name));
const at = (position: Record<string, unknown>) => ({ position: JSON.stringify({ ...right, ...position }) });

async function refused(metadata: Record<string, string>, what: RegExp, name?: string): Promise<void> {
  const path = await written(metadata, name);
  await assert.rejects(readCheckpoint(path), (error: Error) => {
    assert.ok(error instanceof DenoiseError, String(error));
    assert.match(error.message, what);
    assert.ok(error.message.includes(path));
    return true;
  });
}

Deno.test("readCheckpoint() gives the position that was written, and fields that it does not know", async () => {
  assert.deepEqual((await read(at({}))).position, right);
  assert.deepEqual((await read(at({ later: { a: 1 } }))).position, { ...right, later: { a: 1 } });
  // JSON has no NaN.
  assert.deepEqual((await read(at({ metrics: { kid: NaN } }))).position.metrics, { kid: NaN });
});

const wrong: [field: string, value: unknown, expected: RegExp][] = [
  ["step", -1, /its position\.step is "-1", expected a whole number of 0 or more$/],
  ["step", 1.5, /its position\.step is "1\.5", expected a whole number/],
  ["step", 2 ** 31, /its position\.step is "2147483648", expected a whole number of 0 to 2147483647$/],
  ["step", "7", /its position\.step is the text "7", expected a whole number/],
  ["step", 8, /its position\.step is "8", expected 7, as its tensors say$/],
  ["epoch", null, /its position\.epoch is nothing, expected a whole number/],
  ["batch", [], /its position\.batch is an empty list/],
  ["measured", 1, /its position\.measured is "1", expected true or false$/],
  ["seed", 2 ** 60, /its position\.seed is/],
  ["backend", "", /its position\.backend is the text "", expected the name of a backend$/],
  ["backend", { use: "cpu" }, /its position\.backend is a map, expected a text$/],
  ["devices", 0, /its position\.devices is "0", expected a whole number of 1 or more$/],
  ["pictures", 1e300, /its position\.pictures is "1e\+300"/],
  ["classes", "a", /its position\.classes is the text "a", expected a list of texts$/],
  ["classes", [1], /its position\.classes\.0 is "1", expected a text$/],
  ["best", { metric: "kid", value: "low", step: 1 }, /its position\.best\.value is the text "low", expected a number$/],
  ["metrics", { kid: "x" }, /its position\.metrics\.kid is the text "x"/],
  ["metrics", [1], /its position\.metrics is a list, expected numbers by name$/],
  ["seconds", -5, /its position\.seconds is "-5", expected a number of 0 or more$/],
];
for (const [field, value, expected] of wrong) {
  Deno.test(`readCheckpoint() refuses ${field}: ${JSON.stringify(value)}`, () =>
    refused(at({ [field]: value }), expected));
}

Deno.test("readCheckpoint() refuses a position that is not an object in JSON, or can be read in two ways", async () => {
  await refused({ position: "{" }, /its position is the text "{", expected an object in JSON$/);
  await refused({ position: "[]" }, /its position is an empty list, expected an object$/);
  await refused({ position: "null" }, /its position is nothing, expected an object$/);
  await refused({ position: JSON.stringify(right).replace("{", '{"step":1,') }, /it has the key "step" twice$/);
  await refused({ position: "[".repeat(50) + "]".repeat(50) }, /it is nested deeper than 8 levels$/);
  await refused({}, /it has no Denoise training state$/);
  await refused({ ...at({}), format: "other" }, /it has no Denoise training state$/);
});

Deno.test("readCheckpoint() takes no prototype from a position", async () => {
  const { position } = await read({ position: JSON.stringify(right).replace("{", '{"__proto__":{"polluted":1},') });
  assert.equal((position as unknown as { polluted?: number }).polluted, undefined);
  assert.equal(({} as { polluted?: number }).polluted, undefined);
  assert.equal(position.step, 7);
});

Deno.test("readCheckpoint() refuses a recipe that is not a map, is too large, or refers to itself without end", async () => {
  const with_ = (recipe: string) => ({ ...at({}), recipe });
  await refused(with_("- 1"), /its recipe is the text "- 1", expected a recipe in YAML$/);
  await refused(with_("a: ["), /expected a recipe in YAML$/);
  await refused(with_("a: *b"), /expected a recipe in YAML$/);
  await refused(with_(`a: ${"x".repeat(300_000)}`), /of at most 262144 characters$/);
  const bomb = [
    "a: &a [1, 1]",
    ..."bcdefghijklmn".split("").map((key, i) => {
      const before = String.fromCharCode(97 + i);
      return `${key}: &${key} [${Array(9).fill(`*${before}`)}]`;
    }),
  ].join("\n");
  await refused(with_(bomb), /expected a recipe in YAML$/);
});

Deno.test("a checkpoint whose name says another step counts as damaged, and an older one is taken", async () => {
  await refused(at({}), /its position\.step is "7", expected 8, as its name says$/, "step-000008.safetensors");
  const path = await written(at({}), "step-000007.safetensors");
  assert.equal((await readPosition(path)).step, 7);
  const folder = join(path, "..");
  await Deno.copyFile(path, join(folder, "step-000009.safetensors"));
  const reasons: string[] = [];
  const found = await newestGood(folder, (_, reason) => void reasons.push(reason));
  assert.equal(found?.path, path);
  assert.equal(reasons.length, 1);
  assert.match(reasons[0]!, /expected 9, as its name says$/);
});
