/** What the Keras example's network costs, by count: the numbers that peers are compared on. */
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { processMemory } from "../pipeline/programs/memory.ts";
import network from "../plugins/network/residual-unet.ts";
import { createRandom, seedTensor, type SpecTree, type State, traceCost, valueAndGrad } from "../lib/tensor/mod.ts";

const image = { height: 64, width: 64, channels: 3 };

async function keras() {
  const unet = await network.create({ options: network.options.parse({}), image, augment: 0 });
  const weights = await traceCost(() => {
    const key = { seed: seedTensor(1), step: tf.scalar(0, "int32"), items: tf.tensor1d([0], "int32") };
    return unet.init(createRandom({ ...key, stream: "weights" }), image);
  }, []);
  const input = (batch: number) => ({
    image: { shape: [batch, 64, 64, 3], dtype: "float32" as const },
    level: { shape: [batch, 1, 1, 1], dtype: "float32" as const },
  });
  const forward = (batch: number) =>
    traceCost(
      (state: State, noisy) => unet.apply(state, noisy as never, { training: false }).output,
      [weights.output, input(batch)],
    );
  const training = (batch: number) =>
    traceCost((state: State, noisy) =>
      valueAndGrad((trainable) => {
        const { output, buffers } = unet.apply({ ...state, trainable }, noisy as never, { training: true });
        return { loss: tf.mean(tf.abs(output)) as tf.Scalar, aux: buffers };
      })(state.trainable), [weights.output, input(batch)]);
  return {
    weights: weights.output as { trainable: Record<string, { shape: number[] }> } & SpecTree,
    forward,
    training,
  };
}

Deno.test("the Keras example's network has 1,950,627 parameters and 438.4 GFLOP of convolutions a step", async () => {
  const { weights, forward, training } = await keras();
  const sizes = Object.values(weights.trainable).map(({ shape }) => tf.util.sizeFromShape(shape));
  assert.equal(sizes.reduce((sum, n) => sum + n, 0), 1_950_627);
  const gigas = (flops: number) => (flops / 1e9).toFixed(1);
  assert.equal(gigas((await forward(64)).flops.convolution), "146.2");
  assert.equal(gigas((await training(64)).flops.convolution), "438.4");
});

Deno.test("bytes of a training step grow by the same amount with each picture", async () => {
  const { training } = await keras();
  const [small, middle, large] = await Promise.all([8, 16, 32].map(async (batch) => (await training(batch)).peakBytes));
  assert.ok(Math.abs((large! - middle!) / (middle! - small!) - 2) < 0.01, `${small} ${middle} ${large}`);
});

Deno.test("the memory of the process is told within 20 % of what was measured (docs/benchmarks.md)", () => {
  const megabytes: [variables: number, step: number, compiling: number, training: number | undefined][] = [
    [22, 3, 765, undefined],
    [34, 37, 895, 611],
    [34, 120, 940, 580],
    [80, 176, 1314, 766],
    [80, 608, 1670, undefined],
    [214, 2507, 2854, 1976],
  ];
  for (const [variables, step, compiling, training] of megabytes) {
    const told = processMemory({ variables, stepBytes: step * 1e6 }, "xla on cpu (2 cores, float32)")!;
    const off = (value: number, measured: number) => Math.abs(value / 1e6 / measured - 1);
    assert.ok(off(told.compiling, compiling) < 0.2, `${step} MB: ${told.compiling}`);
    if (training !== undefined) assert.ok(off(told.training, training) < 0.2, `${step} MB: ${told.training}`);
  }
  assert.equal(
    processMemory({ variables: 22, stepBytes: 1 }, "wasm (WebAssembly, 2 threads)"),
    undefined,
    "not measured",
  );
});
