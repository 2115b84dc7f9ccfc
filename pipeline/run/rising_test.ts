/** Tests of the warning that a number has been getting worse: once, in time, and not of noise. */
import assert from "node:assert/strict";
import type { Graph } from "../graph/types.ts";
import type { LogEntry } from "./log.ts";
import { Rising } from "./rising.ts";

/** A graph that measures `noise`, and counts in epochs of ten steps. */
const graph = (best?: string) =>
  ({
    recipe: { train: { epochs: 300, keep: { last: 1, best } } },
    all: () => [{ id: "metrics[0]", options: {}, plugin: { name: "m" }, stage: { better: { noise: "lower" } } }],
  }) as unknown as Graph;

/** Normal noise of a seed. */
function normal(seed: number): () => number {
  let state = seed;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => Array.from({ length: 12 }, uniform).reduce((sum, value) => sum + value, -6);
}

interface Curve {
  at(epoch: number): number;
  readonly noisy: number;
  readonly training?: (epoch: number) => number;
  readonly epochs?: number;
}

/** The warnings of a run, each with its epoch. */
function warnings({ at, noisy, training, epochs = 140 }: Curve, seed: number, rising = new Rising(graph(), [])) {
  const random = normal(7919 * seed);
  return Array.from({ length: epochs }, (_, i) => i + 1).flatMap((epoch) => {
    const beside = training === undefined ? {} : { training: training(epoch) };
    const value = at(epoch) * (1 + noisy * random());
    const measured = [{ id: "metrics[0]", label: "noise", name: "noise", better: "lower" as const, value, ...beside }];
    const moment = { step: 10 * epoch, epoch, epochEnded: true, last: false };
    const entry = rising.take(moment, measured);
    return entry === undefined ? [] : [{ epoch, entry }];
  });
}

const flat = (epoch: number) => 0.2 + 0.6 * Math.exp(-epoch / 10);
const up = (epoch: number) => flat(Math.min(epoch, 60)) * (1 + 0.004 * Math.max(0, epoch - 60));

Deno.test("a number that stays where it is, however noisy, is not said to rise", () => {
  for (const at of [flat, () => 0.2, (epoch: number) => 0.2 + 0.6 * Math.exp(-epoch / 60)]) {
    for (const noisy of [0.002, 0.01, 0.05]) {
      for (let seed = 1; seed <= 5; seed++) {
        assert.deepEqual(warnings({ at, noisy }, seed), [], `noise of ${noisy} with seed ${seed}`);
      }
    }
  }
});

Deno.test("a number that rises is said to, once, soon after, with the best epoch and what to do", () => {
  for (let seed = 1; seed <= 12; seed++) {
    for (const noisy of [0.002, 0.01]) {
      const found = warnings({ at: up, noisy }, seed);
      assert.equal(found.length, 1, `${found.length} warnings with seed ${seed}`);
      assert.ok(found[0]!.epoch > 62 && found[0]!.epoch < 90, `at epoch ${found[0]!.epoch} with seed ${seed}`);
    }
  }
  const [calm] = warnings({ at: up, noisy: 0, training: (epoch) => 0.9 * flat(epoch) }, 1);
  assert.deepEqual(calm!.entry.message.split("\n"), [
    "Validation gets worse: noise has been rising since epoch 60, by 1.2 %, and that of training pictures has not: overfitting",
    "  it was best, 0.2015, at epoch 60: train.keep.best=noise keeps the best checkpoint from then on",
    '  training continues; Ctrl-C stops it and saves, and train.patience="20 epochs" with train.keep.best ends it by itself',
    "  what helps: more pictures, augmentation, network.dropout, a smaller network",
  ]);
  const [both] = warnings(
    { at: up, noisy: 0, training: (epoch) => 0.9 * up(epoch) },
    1,
    new Rising(graph("noise"), []),
  );
  assert.match(both!.entry.message, /epoch 60: best.safetensors keeps that checkpoint/);
  assert.match(both!.entry.message, /training pictures do worse, too: try a third of optimizer.learning_rate/);
});

Deno.test("a run that resumes is warned with what was measured before, and not a second time", () => {
  const log = (epochs: number): LogEntry[] =>
    Array.from(
      { length: epochs },
      (_, i) => ({ step: 10 * (i + 1), event: "metrics", epoch: i + 1, noise: up(i + 1) }),
    );
  const after = (entries: LogEntry[]) => {
    const rising = new Rising(graph(), entries);
    return warnings({ at: (epoch) => up(epoch + 66), noisy: 0, epochs: 20 }, 1, rising).length;
  };
  assert.equal(after(log(66)), 1);
  assert.equal(after([...log(66), { step: 660, event: "warning", about: "rising", message: "" }]), 0);
});
