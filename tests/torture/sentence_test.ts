/** Tests of what tells sentences for people from those of engines, and of the damage that attacks do. */
import assert from "node:assert/strict";
import { DenoiseError, files } from "../../mod.ts";
import { drawsOf } from "./draws.ts";
import { mutate, mutateJson } from "./mutate.ts";
import { faultOfError, faultOfSentence } from "./sentence.ts";

/** What V8 says itself. */
function thrown(body: () => unknown): Error {
  try {
    body();
  } catch (error) {
    return error as Error;
  }
  throw new Error("Nothing was thrown");
}

Deno.test("faultOfSentence() knows what engines and systems say", () => {
  const none = undefined as unknown as { x: number[] };
  const deep = (): number => 1 + deep();
  const errors = [
    () => none.x,
    () => (none as unknown as () => void)(),
    () => new Float32Array(-1),
    () => new ArrayBuffer(2 ** 60),
    () => new DataView(new ArrayBuffer(4)).getUint32(2),
    () => new Float32Array(new ArrayBuffer(8), 2),
    () => JSON.parse("{"),
    () => JSON.parse("x"),
    () => JSON.parse('{"a":1,}'),
    () => JSON.parse('"\n"'),
    () => [...(5 as unknown as number[])],
    () => BigInt(0.5),
    () => (1n as unknown as number) + 1,
    () => `${Symbol() as unknown as string}`,
    () => "x".repeat(2 ** 30),
    () => Deno.readFileSync("/missing"),
    () => new Array(-1),
    deep,
  ].map((body) => thrown(body));
  for (const { name, message } of errors) assert.notEqual(faultOfSentence(message), undefined, `${name}: ${message}`);
  assert.match(faultOfSentence("Cannot use [object Object]")!, /words of an engine/);
  assert.match(faultOfSentence("")!, /empty/);
});

Deno.test("faultOfError() lets our own errors pass, whatever they quote", () => {
  const text = 'Cannot read "undefined is not a function.h5": it is damaged, or was not copied to its end';
  assert.equal(faultOfError(new files.DownloadError(text, [])), undefined);
  assert.equal(faultOfError(new DenoiseError({ code: "x", message: text, help: [] })), undefined);
  assert.equal(faultOfError(new files.Hdf5Error(text), ["Hdf5Error"]), undefined);
  assert.match(faultOfError(new files.Hdf5Error(text))!, /not one of ours/);
  assert.match(faultOfError(new TypeError("Cannot read it"))!, /TypeError, which is not one of ours/);
  assert.match(faultOfError("text")!, /not an Error/);
});

Deno.test("mutate() and mutateJson() are functions of the seed, and change something", () => {
  const original = Uint8Array.from({ length: 1000 }, (_, i) => i);
  const value = { a: [1, "x", { b: null }], c: { d: true } };
  const changed = (trial: number) => [...mutate(original, drawsOf(5, trial), 100)].join();
  const changedJson = (trial: number) => JSON.stringify(mutateJson(value, drawsOf(5, trial)));
  const all = Array.from({ length: 300 }, (_, trial) => trial);
  for (const trial of all) {
    assert.equal(changed(trial), changed(trial));
    assert.equal(changedJson(trial), changedJson(trial));
  }
  assert.ok(new Set(all.map(changed)).size > 250);
  assert.ok(new Set(all.map(changedJson)).size > 50);
  assert.deepEqual(original, Uint8Array.from({ length: 1000 }, (_, i) => i), "what is right stays so");
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
});
