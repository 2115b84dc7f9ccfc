/** Tests of the queue: who is generated together, in which order, and who is refused. */
import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import type { GenerateRequest } from "../model/model.ts";
import { GeneratedPicture } from "../model/picture.ts";
import { Batcher, QueueFull } from "./batcher.ts";

const never = new AbortController().signal;

/** A model that notes what it is asked for; a batch takes 5 ms. */
function noting(seen: string[]) {
  return {
    async *generate({ sampler, steps, seeds = [], signal }: GenerateRequest = {}) {
      seen.push(`${sampler}/${steps}: ${seeds.join(" ")}`);
      await setTimeout(5, undefined, signal === undefined ? {} : { signal });
      for (const seed of seeds) {
        yield new GeneratedPicture(seed, { width: 1, height: 1, data: Uint8Array.of(seed, seed, seed) });
      }
    },
  };
}

const wanted = (seeds: readonly number[], more: { sampler?: string; steps?: number; signal?: AbortSignal } = {}) => ({
  sampler: "a",
  steps: 2,
  signal: never,
  ...more,
  seeds,
});

Deno.test("requests of one sampler share batches, in turn, and each gets its own pictures in order", async () => {
  const seen: string[] = [];
  const batcher = new Batcher(noting(seen), { batch: 4, most: 100 });
  const answers = await Promise.all([
    batcher.generate(wanted([1, 2, 3, 4, 5, 6])),
    batcher.generate(wanted([11])),
    batcher.generate(wanted([21, 22])),
    batcher.generate(wanted([31], { steps: 3 })),
    batcher.generate(wanted([41], { sampler: "b" })),
  ]);
  assert.deepEqual(answers.map((pictures) => pictures.map(({ seed }) => seed)), [
    [1, 2, 3, 4, 5, 6],
    [11],
    [21, 22],
    [31],
    [41],
  ]);
  assert.deepEqual(seen, ["a/2: 1 11 21 2", "a/3: 31", "b/2: 41", "a/2: 3 22 4 5", "a/2: 6"]);
  assert.deepEqual([batcher.waiting, batcher.requests, batcher.generating], [0, 0, 0]);
  assert.deepEqual([batcher.counts.batches, batcher.counts.pictures], [5, 11]);
});

Deno.test("what comes while a batch is generated waits for the next, and then goes together", async () => {
  const seen: string[] = [];
  const batcher = new Batcher(noting(seen), { batch: 8, most: 100 });
  const first = batcher.generate(wanted([1]));
  while (batcher.generating === 0) await setTimeout(1);
  await Promise.all([first, batcher.generate(wanted([2])), batcher.generate(wanted([3]))]);
  assert.deepEqual(seen, ["a/2: 1", "a/2: 2 3"]);
});

Deno.test("a full queue refuses and says when to come again; a request alone is always taken", async () => {
  const batcher = new Batcher(noting([]), { batch: 2, most: 3 });
  const all = [batcher.generate(wanted([1, 2, 3, 4, 5]))];
  await assert.rejects(
    batcher.generate(wanted([6])),
    (error: QueueFull) =>
      error instanceof QueueFull && error.waiting === 5 && error.most === 3 && error.retryAfter >= 1,
  );
  await Promise.all(all);
  assert.equal((await batcher.generate(wanted([6]))).length, 1);
});

Deno.test("who goes away is dropped: from the queue, and from a batch that nobody else waits for", async () => {
  const seen: string[] = [];
  const batcher = new Batcher(noting(seen), { batch: 2, most: 100 });
  const [running, waiting] = [new AbortController(), new AbortController()];
  const first = batcher.generate(wanted([1, 2, 3, 4], { signal: running.signal }));
  const second = batcher.generate(wanted([5], { sampler: "b", signal: waiting.signal }));
  const third = batcher.generate(wanted([6]));
  while (batcher.generating === 0) await setTimeout(1);
  waiting.abort(new Error("left the queue"));
  running.abort(new Error("left the batch"));
  await assert.rejects(second, /left the queue/);
  await assert.rejects(first, /left the batch/);
  assert.deepEqual((await third).map(({ seed }) => seed), [6]);
  await batcher.idle();
  assert.deepEqual(seen, ["a/2: 1 6", "a/2: 2"].slice(0, seen.length), "nothing of those who left is begun");
  assert.equal(batcher.requests, 0);
});

Deno.test("what a model throws is told to those in the batch, and the next ones are served", async () => {
  let broken = true;
  const model = noting([]);
  const batcher = new Batcher({
    async *generate(request) {
      if (broken) throw new Error("no memory");
      yield* model.generate(request);
    },
  }, { batch: 2, most: 9 });
  await assert.rejects(batcher.generate(wanted([1])), /no memory/);
  broken = false;
  assert.equal((await batcher.generate(wanted([1]))).length, 1);
});
