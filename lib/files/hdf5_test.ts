/** Tests of the reader of HDF5 files, on hostile ones, and of the thread that it runs in. */
import assert from "node:assert/strict";
import { join } from "node:path";
import h5 from "h5wasm/node";
import { confined, ConfinedError } from "./confined.ts";
import { Hdf5Error, readHdf5 } from "./hdf5.ts";

type File = InstanceType<typeof h5.File>;

async function written(fill: (file: File) => void): Promise<string> {
  await h5.ready;
  const path = join(await Deno.makeTempDir(), "a.h5");
  const file = new h5.File(path, "w");
  fill(file);
  file.close();
  return path;
}

async function refused(path: string, what: RegExp): Promise<void> {
  await assert.rejects(readHdf5(path), (error: Error) => {
    assert.ok(error instanceof Hdf5Error, String(error));
    assert.match(error.message, what);
    return true;
  });
}

const numbers = (file: File, name = "x") =>
  file.create_dataset({ name, data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] });

Deno.test("readHdf5() gives numbers of any width as float32, and texts of attributes", async () => {
  const { tensors, texts } = await readHdf5(
    await written((file) => {
      numbers(file.create_group("a") as unknown as File);
      file.create_dataset({ name: "wide", data: Float64Array.of(0.5) });
      file.create_dataset({ name: "text", data: "passed over" });
      file.create_dataset({ name: "count", data: 7, shape: [], dtype: "<i" });
      file.create_attribute("layer_names", ["ä", "b"]);
    }),
  );
  assert.deepEqual([...tensors.keys()], ["a/x", "count", "wide"]);
  assert.deepEqual(tensors.get("a/x"), { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) });
  assert.deepEqual(tensors.get("wide"), { shape: [1], data: Float32Array.of(0.5) });
  assert.deepEqual(tensors.get("count"), { shape: [], data: Float32Array.of(7) }, "a number without axes");
  assert.deepEqual(texts("", "layer_names"), ["ä", "b"]);
  assert.equal(texts("a", "layer_names"), undefined);
});

Deno.test("readHdf5() refuses files that are something else, cut short or damaged", async () => {
  const path = await written((file) => void numbers(file));
  const bytes = await Deno.readFile(path);
  await Deno.writeFile(path, bytes.subarray(0, bytes.length >> 1));
  await refused(path, /it is damaged, or was not copied to its end$/);
  await Deno.writeFile(path, bytes.fill(255, 48, 400));
  await refused(path, /it is damaged/);
  await Deno.writeFile(path, bytes.fill(0, 0, 8));
  await refused(path, /it is not an HDF5 file$/);
  await Deno.remove(path);
  await assert.rejects(readHdf5(path), Deno.errors.NotFound);
});

Deno.test("readHdf5() follows no links to other files", async () => {
  const secret = await written((file) => void numbers(file, "secret"));
  const { tensors } = await readHdf5(
    await written((file) => {
      numbers(file);
      file.create_external_link(secret, "/secret", "link");
    }),
  );
  assert.deepEqual([...tensors.keys()], ["x"]);
});

Deno.test("readHdf5() refuses a group that holds itself", async () => {
  await refused(
    await written((file) => void file.create_hard_link("/", "again")),
    /nests groups deeper than 32 levels$/,
  );
});

Deno.test("readHdf5() refuses a data set that is far larger than its file", async () => {
  const large = (count: number) =>
    written((file) => {
      file.create_dataset({ name: "x", data: Float32Array.of(1), shape: [1], maxshape: [count], chunks: [1] });
      (file.get("x") as unknown as { resize(shape: number[]): void }).resize([count]);
    });
  await refused(await large(10 ** 10), /says that its data sets have 38,147 MB: the file has 1$/);
  await refused(await large(10 ** 6), /says that its data sets have 4 MB: the file has 1$/);
});

/** A module for `confined`. */
const module = (body: string) =>
  new URL(`data:application/javascript,${
    encodeURIComponent(`
    import process from "node:process";
    import { parentPort } from "node:worker_threads";
    parentPort.once("message", (question) => { ${body} });
  `)
  }`);
const loop = module("for (const end = performance.now() + 3000; performance.now() < end;);");

Deno.test("confined() gives the answer, the refusal, or what became of the thread", async () => {
  assert.equal(await confined(module('parentPort.postMessage({ kind: "answer", answer: question + 1 })'), 1), 2);
  const refusal = module('parentPort.postMessage({ kind: "refused", reason: "is odd" })');
  await assert.rejects(
    confined(refusal, 1),
    (error: Error) => error instanceof ConfinedError && error.message === "is odd",
  );
  await assert.rejects(
    confined(module("process.exit(3)"), 1),
    /made its reader end$/,
  );
});

Deno.test("confined() gives up on a thread that loops, and at once when it is told to stop", async () => {
  await assert.rejects(confined(loop, 1, { stall: 20 }), /kept its reader busy for 0.02 s without a result$/);
  const stop = new AbortController();
  setTimeout(() => stop.abort(new Error("stopped by hand")), 20);
  await assert.rejects(confined(loop, 1, { signal: stop.signal }), /stopped by hand/);
});

Deno.test("confined() waits for a thread that says that it is alive", async () => {
  const slow = module(`
    const timer = setInterval(() => parentPort.postMessage({ kind: "alive" }), 50);
    setTimeout(() => { clearInterval(timer); parentPort.postMessage({ kind: "answer", answer: 7 }); }, 2500);
  `);
  assert.equal(await confined(slow, 1, { stall: 2000 }), 7);
});
