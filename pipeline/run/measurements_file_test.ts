import assert from "node:assert/strict";
import { join } from "node:path";
import { measurementSchema, readMeasurements } from "./measurements_file.ts";

const list = (content: unknown) => Array.isArray(content) ? content : undefined;
const damaged = (path: string, reason: string) => ({ code: "damaged", message: `${path}: ${reason}`, help: [] });

Deno.test("readKept() gives what was written, numbers of a diverged model among it, and nothing where nothing is", async () => {
  const path = join(await Deno.makeTempDir(), "kept.json");
  assert.deepEqual(await readMeasurements(path, list, damaged), []);
  const cells = [{ key: null, value: 0.5, spread: NaN }, { value: Infinity }];
  await Deno.writeTextFile(path, JSON.stringify(cells));
  assert.deepEqual(await readMeasurements(path, list, damaged), [{ key: null, value: 0.5, spread: NaN }, {
    value: NaN,
  }]);
});

Deno.test("readKept() refuses what is cut short, and what holds something else", async () => {
  const path = join(await Deno.makeTempDir(), "kept.json");
  for (
    const [text, reason] of [["[{", /kept\.json: it is not valid JSON: it ends early, or was changed$/], [
      "{}",
      /kept\.json: it holds something else/,
    ]] as const
  ) {
    await Deno.writeTextFile(path, text);
    await assert.rejects(readMeasurements(path, list, damaged), reason);
  }
});

Deno.test("measurementSchema takes what was measured, NaN among it, and nothing else", () => {
  const measured = { id: "metrics[0]", label: "kid", name: "kid", value: NaN, better: "lower" };
  assert.deepEqual(measurementSchema.parse(measured), measured);
  assert.deepEqual(measurementSchema.parse({ ...measured, spread: 0.5 }), { ...measured, spread: 0.5 });
  for (const wrong of [{ value: "1" }, { value: undefined }, { better: "best" }, { label: 1 }, { spread: "x" }]) {
    assert.equal(measurementSchema.safeParse({ ...measured, ...wrong }).success, false, JSON.stringify(wrong));
  }
});
