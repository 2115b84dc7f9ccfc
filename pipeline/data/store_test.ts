/** Tests of the file of decoded pictures: what was written comes back, and damage is noticed. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { DenoiseError } from "../problems/problem.ts";
import { Store, StoreWriter } from "./store.ts";

const pictures = [0, 1, 2, 3].map((i) => Uint8Array.from({ length: 12 }, (_, k) => 16 * i + k));
const expected = { count: 5, pictureBytes: 12 };

async function written(): Promise<string> {
  const path = join(await Deno.makeTempDir(), "a.bin");
  await using writer = await StoreWriter.create(path, 12);
  for (const picture of pictures) await writer.add(picture);
  await writer.add({ name: "x.png", reason: "it is damaged" });
  await writer.commit();
  return path;
}

for (const [where, limit] of [["memory", 1e9], ["the file", 0]] as const) {
  Deno.test(`Store gives the pictures that were written, from ${where}`, async () => {
    const path = await written();
    using store = Store.open(path, expected, limit)!;
    assert.deepEqual(store.broken, [{ index: 4, name: "x.png", reason: "it is damaged" }]);
    const target = new Uint8Array(14);
    for (const [i, picture] of pictures.entries()) {
      store.read(i, target, 1);
      assert.deepEqual(target.subarray(1, 13), picture);
    }
    assert.equal(Store.open(path, { count: 4, pictureBytes: 15 }, limit), undefined);
    assert.equal(Store.open(`${path}.missing`, expected, limit), undefined);
  });
}

Deno.test("Store.open() takes no store of which any byte changed or was lost", async () => {
  const path = await written();
  const bytes = await Deno.readFile(path);
  for (let at = 0; at < bytes.length; at++) {
    await Deno.writeFile(path, bytes.map((byte, i) => i === at ? byte ^ 1 : byte));
    assert.equal(Store.open(path, expected, 1e9), undefined, `byte ${at}`);
    await Deno.writeFile(path, bytes.subarray(0, at));
    assert.equal(Store.open(path, expected, 1e9), undefined, `cut to ${at} bytes`);
  }
});

Deno.test("Store.read() refuses a picture that changed, where the store is too large for memory", async () => {
  const path = await written();
  const bytes = await Deno.readFile(path);
  await Deno.writeFile(path, bytes.map((byte, i) => i === 17 ? byte ^ 1 : byte));
  using store = Store.open(path, expected, 0)!;
  const target = new Uint8Array(12);
  store.read(0, target, 0);
  assert.throws(() => store.read(1, target, 0), (error: Error) => {
    assert.ok(error instanceof DenoiseError);
    assert.match(error.message, /a\.bin": the file is damaged$/);
    return true;
  });
});
