import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { onBackend } from "../../pipeline/contract/laws.ts";
import exponential from "./exponential.ts";

/** The average of zeros, and of ones after that, for as many steps: of a weight and of a buffer. */
async function after(options: Record<string, unknown>, steps: number): Promise<[weight: number, buffer: number]> {
  const ema = await exponential.create({ options: exponential.options.parse(options) });
  const state = (value: number) => ({ trainable: { w: tf.fill([1], value) }, buffers: { b: tf.fill([1], value) } });
  let average = ema.init(state(0));
  for (let step = 1; step <= steps; step++) average = ema.update(average, state(1), tf.scalar(step, "int32"));
  return [average.trainable.w!.dataSync()[0]!, average.buffers.b!.dataSync()[0]!];
}

Deno.test("exponential keeps decay^steps of its start without warm-up", () =>
  onBackend("cpu", async () => {
    const [weight, buffer] = await after({ decay: 0.9, warmup: false }, 10);
    assert.ok(Math.abs(weight - (1 - 0.9 ** 10)) < 1e-6);
    assert.equal(buffer, weight);
  }));

Deno.test("exponential with warm-up has all but forgotten the initial weights after a hundred steps", () =>
  onBackend("cpu", async () => {
    const kept = (steps: number) =>
      Array.from({ length: steps }, (_, i) => Math.min(0.999, (2 + i) / (11 + i))).reduce((a, b) => a * b, 1);
    const [weight] = await after({ decay: 0.999 }, 100);
    assert.ok(Math.abs(1 - weight - kept(100)) < 1e-6);
    assert.ok(1 - weight < 1e-6, `${1 - weight} of the initial weights is left`);
  }));

Deno.test("exponential leaves buffers as the network has them where it is told so", () =>
  onBackend("cpu", async () => assert.equal((await after({ buffers: false, warmup: false }, 1))[1], 1)));
