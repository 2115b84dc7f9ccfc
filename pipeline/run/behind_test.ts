/** Tests of what is found to have changed behind a run: program, machine, pictures. */
import assert from "node:assert/strict";
import { version } from "../version.ts";
import { digestOf } from "../data/digest.ts";
import type { DataRecord } from "../data/types.ts";
import { compareBehind } from "./behind.ts";
import type { Position } from "./checkpoint.ts";
import { keepRecord, readRecord } from "./data_record.ts";

const record = (...contents: string[]): DataRecord => ({
  train: contents.map((content, i) => ({ name: `p${i}`, content })),
  validation: [{ name: "held", content: "h" }],
});

/** What is said when a run whose position is changed so continues here. */
async function found(
  before: Partial<Position>,
  options: { denoise?: string; moved?: string[]; now?: DataRecord; classes?: string[]; folder?: string } = {},
) {
  const { denoise = version, moved = [], now = record("1", "2"), folder = "nowhere" } = options;
  const classes = options.classes === undefined ? {} : { classes: options.classes };
  const here = {
    backend: "xla",
    devices: 1,
    build: "cpu 1, a processor",
    pictures: now.train.length,
    data: digestOf(now),
  };
  const position: Position = {
    ...{ step: 9, epoch: 1, batch: 2, measured: true, seed: 0, metrics: {}, seconds: 0 },
    ...here,
    ...before,
  };
  const { warnings, ...rest } = await compareBehind({ position, denoise }, {
    here: { ...here, ...classes },
    pictures: { record: () => now, validation: { count: 1 } as never },
    folder,
    moved,
    fitted: true,
  });
  return { codes: warnings.map(({ code }) => code), text: warnings.map(({ message }) => message).join("\n"), ...rest };
}

const nothing = { codes: [], text: "", otherPictures: false, nothingInCommon: false };

Deno.test("compareBehind() says nothing where nothing has changed, and nothing of what is not known", async () => {
  assert.deepEqual(await found({}), nothing);
  assert.deepEqual(await found({ build: undefined }), nothing);
  assert.deepEqual(await found({ pictures: 0, data: undefined }), nothing, "imported weights");
});

Deno.test("compareBehind() says which backend, which machine and which version were others", async () => {
  const other = await found({ backend: "wasm", build: "anything" });
  assert.deepEqual(other.codes, ["backend-changed"]);
  assert.match(other.text, /was wasm and is now xla/);
  assert.deepEqual((await found({ devices: 2 })).codes, ["backend-changed"]);
  const machine = await found({ build: "cuda13 1, a GPU" });
  assert.deepEqual(machine.codes, ["build-changed"]);
  assert.match(machine.text, /ran on cuda13 1, a GPU and now runs on cpu 1, a processor/);
  assert.deepEqual((await found({}, { denoise: "0.0.1" })).codes, ["version-changed"]);
});

Deno.test("compareBehind() tells pictures by content, with the record of the run and without", async () => {
  const folder = await Deno.makeTempDir();
  const old = record("1", "2");
  await keepRecord(folder, digestOf(old), () => old, undefined);
  const now = record("1", "9");
  const known = await found({ data: digestOf(old) }, { now, folder });
  assert.deepEqual([known.codes, known.otherPictures, known.nothingInCommon], [["data-changed"], true, false]);
  const unknown = await found({ data: digestOf(old) }, { now });
  assert.deepEqual([unknown.codes, unknown.otherPictures, unknown.nothingInCommon], [["data-changed"], true, false]);
  const all = await found({ data: digestOf(old) }, { now: record("8", "9"), folder });
  assert.deepEqual([all.otherPictures, all.nothingInCommon], [true, true]);
  const held = { ...old, validation: [{ name: "held", content: "x" }] };
  const other = await found({ data: digestOf(old) }, { now: held, folder });
  assert.deepEqual([other.codes, other.otherPictures], [["held-out-changed"], false]);
  const renamed = await found({ data: digestOf(old), classes: ["a", "b"] }, { now: old, folder, classes: ["a", "c"] });
  assert.deepEqual([renamed.codes, renamed.otherPictures], [["classes-renamed"], false]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("readRecord() gives back what keepRecord() kept, and nothing that is not whole", async () => {
  const folder = await Deno.makeTempDir();
  const kept: DataRecord = {
    train: [{ name: 'a "b"\n\tc.png', content: "0123456789abcdef", label: 3 }, { name: "", content: "f" }],
    validation: [{ name: "é", content: "1" }],
  };
  const digest = digestOf(kept);
  await keepRecord(folder, digest, () => kept, undefined);
  assert.deepEqual(await readRecord(folder, digest), kept);
  const other = record("1");
  await keepRecord(folder, digestOf(other), () => other, digest);
  assert.deepEqual(await readRecord(folder, digest), kept, "that of the newest checkpoint stays");
  const [file] = [...Deno.readDirSync(`${folder}/data`)].filter(({ name }) =>
    name.startsWith(digest.train.slice(0, 8))
  );
  const path = `${folder}/data/${file!.name}`;
  const text = await Deno.readTextFile(path);
  for (const damaged of [text.replace("0123", "0124"), text.slice(0, -20), "{", "null\n", "[1]\n", ""]) {
    await Deno.writeTextFile(path, damaged);
    assert.equal(await readRecord(folder, digest), undefined, JSON.stringify(damaged));
  }
  await keepRecord(folder, digestOf(other), () => other, undefined);
  assert.equal([...Deno.readDirSync(`${folder}/data`)].length, 1);
  await Deno.remove(folder, { recursive: true });
});
