import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import type { Ema } from "denoise/plugin";
import { onBackend } from "../../pipeline/contract/laws.ts";
import exponential from "./exponential.ts";
import halfLife from "./half-life.ts";
import powerFunction from "./power-function.ts";

const state = (value: number) => ({ trainable: { w: tf.fill([1], value) }, buffers: {} });

/** What is left of the weights at the start after some steps of a network that is zero. */
function left(ema: Ema, steps: number, from = 1): number {
  let average = state(1) as ReturnType<Ema["init"]>;
  for (let step = from; step < from + steps; step++) average = ema.update(average, state(0), tf.scalar(step, "int32"));
  return average.trainable.w!.dataSync()[0]!;
}

const halved = (options: Record<string, unknown>, batchSize: number) =>
  halfLife.create({ options: halfLife.options.parse(options), batchSize }) as Ema;

Deno.test("half-life has half of the weight left after its pictures, in batches of any size", () =>
  onBackend("cpu", () => {
    for (const [batchSize, steps] of [[64, 25], [16, 100], [1600, 1]] as const) {
      const share = left(halved({ images: 1600, ramp_up: null }, batchSize), steps);
      assert.ok(Math.abs(share - 0.5) < 1e-5, `${share} with batches of ${batchSize}`);
    }
    const others = halved({ images: 1600, ramp_up: null, also: [800] }, 16).others!;
    assert.ok(Math.abs(left(others["800"]!, 50) - 0.5) < 1e-5);
  }));

Deno.test("half-life with a ramp remembers a part of the pictures so far, and no more than its own", () =>
  onBackend("cpu", () => {
    const ema = halved({ images: 6400, ramp_up: 0.05 }, 64);
    // A single step at step n: 0.5^(1 / (0.05 n)) until 0.05 n is the hundred steps that it has at most.
    for (const [step, most] of [[1, 0.05], [200, 10], [2000, 100], [50_000, 100]] as const) {
      assert.ok(Math.abs(left(ema, 1, step) - 0.5 ** (1 / most)) < 1e-6, `step ${step}`);
    }
  }));

Deno.test("power-function forgets the start at once, and says its widths by std or by gamma", () =>
  onBackend("cpu", () => {
    const of = (options: Record<string, unknown>) =>
      powerFunction.create({ options: powerFunction.options.parse(options) }) as Ema;
    assert.equal(left(of({}), 1), 0);
    const names = ({ name, others }: Ema) => [name, ...Object.keys(others ?? {})];
    assert.deepEqual(names(of({})), ["0.1", "0.05"]);
    assert.deepEqual(names(of({ std: 0.05 })), ["0.05", "0.1"]);
    assert.deepEqual(names(of({ gamma: 6.94, also: [] })), ["0.09997"]);
    assert.equal(of({ gamma: 6.94 }).exponent, 6.94);
    assert.ok(Math.abs(of({ std: 0.1 }).exponent! - 6.9372) < 1e-4);
  }));

Deno.test("exponential is the network itself until start, and moves every so many updates", () =>
  onBackend("cpu", () => {
    const of = (options: Record<string, unknown>) =>
      exponential.create({ options: exponential.options.parse(options) }) as Ema;
    assert.equal(left(of({ start: 5 }), 1, 5), 0);
    assert.ok(left(of({ start: 5, warmup: false, decay: 0.9 }), 1, 6) > 0.89);
    const every = of({ every: 4, warmup: false, decay: 0.5 });
    assert.equal(left(every, 8), 0.25, "steps 1 and 5");
    assert.equal(left(every, 3, 2), 1);
    assert.equal(left(every, 4, 2 ** 24 + 1), 0.5, "steps are counted exactly");
  }));
