/** Laws of batches. */
import assert from "node:assert/strict";
import { DenoiseError } from "../problems/problem.ts";
import { batchCount, batches, type BatchOptions, chunks } from "./batches.ts";
import type { HostBatch, PictureSet } from "./types.ts";

/** Picture k is four bytes of k, of class k mod 5. */
function standIn(count: number): PictureSet & { reads: number } {
  return {
    count,
    shape: { height: 2, width: 2, channels: 1 },
    labels: Int32Array.from({ length: count }, (_, i) => i % 5),
    reads: 0,
    read(index, target, offset) {
      this.reads++;
      target.fill(index, offset, offset + 4);
    },
  };
}

const all = (set: PictureSet, options: Partial<BatchOptions>): Promise<HostBatch[]> =>
  Array.fromAsync(batches(set, { batchSize: 8, training: true, seed: 1, epoch: 0, ...options }));
const items = (list: HostBatch[]) => list.flatMap(({ item }) => [...item]);

Deno.test("batches() of training go through every picture once a repeat, each time in another order", async () => {
  const found = await all(standIn(40), { repeats: 3 });
  assert.equal(found.length, 15);
  const order = items(found);
  assert.equal(new Set(order).size, 120, "items are unique within an epoch");
  const passes = [0, 1, 2].map((repeat) =>
    order.slice(repeat * 40, repeat * 40 + 40).map((item) => item - repeat * 40)
  );
  for (const pass of passes) assert.deepEqual(pass.toSorted((a, b) => a - b), [...Array(40).keys()]);
  assert.notDeepEqual(passes[0], passes[1]);
  assert.notDeepEqual(passes[1], passes[2]);
  assert.notDeepEqual(passes[0], passes[0]!.toSorted((a, b) => a - b));
});

Deno.test("batches() hold the bytes and the label of the items they name", async () => {
  for (const batch of await all(standIn(21), { repeats: 2 })) {
    assert.deepEqual([batch.size, batch.item.length, batch.label!.length, batch.image.length], [8, 8, 8, 32]);
    for (const [i, item] of batch.item.entries()) {
      assert.ok(batch.image.subarray(i * 4, i * 4 + 4).every((byte) => byte === item % 21));
      assert.equal(batch.label![i], item % 21 % 5);
    }
  }
});

Deno.test("batches() are a function of seed and epoch, whatever is prefetched", async () => {
  const set = standIn(40);
  const base = items(await all(set, {}));
  assert.deepEqual(items(await all(set, { ahead: 0 })), base);
  assert.deepEqual(items(await all(set, { ahead: 9 })), base);
  assert.notDeepEqual(items(await all(set, { seed: 2 })), base);
  assert.notDeepEqual(items(await all(set, { epoch: 1 })), base);
  assert.deepEqual(items(await all(set, { batchSize: 5 })), base);
});

Deno.test("batches() from any start are those of a full run", async () => {
  const set = standIn(13);
  const full = await all(set, { repeats: 7, epoch: 3 });
  for (let start = 0; start <= full.length; start++) {
    assert.deepEqual(await all(set, { repeats: 7, epoch: 3, start }), full.slice(start));
  }
});

Deno.test("batches() drop the incomplete last batch in training and keep it in evaluation", async () => {
  const set = standIn(21);
  assert.deepEqual((await all(set, {})).map(({ size }) => size), [8, 8]);
  const evaluation = await all(set, { training: false, repeats: 5 });
  assert.deepEqual(evaluation.map(({ size }) => size), [8, 8, 5]);
  assert.deepEqual(items(evaluation), [...Array(21).keys()]);
  assert.equal(evaluation[2]!.image.length, 20);
  for (
    const [count, batchSize, training, repeats] of [[21, 8, true, 1], [21, 8, true, 3], [21, 8, false, 3]] as const
  ) {
    const options = { batchSize, training, repeats };
    assert.equal(batchCount(count, options), (await all(standIn(count), options)).length);
  }
});

Deno.test("batches() larger than a pass reach over several", async () => {
  const [batch] = await all(standIn(3), { repeats: 3 });
  assert.equal(new Set(batch!.item).size, 8);
  assert.deepEqual([...batch!.item.subarray(0, 3)].sort(), [0, 1, 2]);
});

Deno.test("batches() refuse an epoch without a whole batch, and say what fits", () => {
  assert.throws(
    () => batches(standIn(10), { batchSize: 64, training: true, seed: 0, epoch: 0, repeats: 2 }),
    (error) => {
      assert.ok(error instanceof DenoiseError);
      assert.equal(
        error.message,
        "Cannot make a batch of 64 pictures from the training split: an epoch has 20 pictures",
      );
      assert.deepEqual(error.problems[0]!.help, [
        "use batch_size: 20 or less",
        "or repeats: 7 or more, to go through the 10 pictures more often",
      ]);
      return true;
    },
  );
});

Deno.test("batches() are made ahead while the consumer waits, and no further", async () => {
  const set = standIn(80);
  const iterator = batches(set, { batchSize: 8, training: true, seed: 1, epoch: 0, ahead: 3 })[Symbol.asyncIterator]();
  await iterator.next();
  assert.equal(set.reads, 8);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(set.reads, 32);
  await iterator.return!();
  assert.deepEqual(await iterator.next(), { done: true, value: undefined });
});

Deno.test("chunks() give all pictures in order, as often as asked", async () => {
  const set = standIn(21);
  for (let pass = 0; pass < 2; pass++) {
    const found = await Array.fromAsync(chunks(set, 8));
    assert.deepEqual(found.map((chunk) => chunk.length), [32, 32, 20]);
    assert.deepEqual(found.flatMap((chunk) => [...chunk]), Array.from({ length: 84 }, (_, i) => i >> 2));
  }
});
