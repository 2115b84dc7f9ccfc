/** Laws of losses. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { valueAndGrad } from "../../lib/tensor/gradients.ts";
import { mapTree, type TensorRecord, type Tree } from "../../lib/tensor/tree.ts";
import type { Components, Rates } from "../kinds/common.ts";
import { signalOf, velocityOf } from "../kinds/diffusion.ts";
import { startOf } from "../kinds/loss_start.ts";
import {
  assertFinite,
  assertTreesClose,
  compiled,
  draws,
  type Laws,
  normal,
  scalarValue,
  shapesOf,
  type Subject,
} from "./laws.ts";

/** Components of an image at one noise level, in which the noise is given. */
function withNoise(noise: tf.Tensor4D, noisy: tf.Tensor4D, rates: Rates): Components {
  const signal = signalOf(noisy, noise, rates);
  return { signal, noise, velocity: velocityOf({ signal, noise }, rates) };
}

/** Rates by picture, as training has them. */
function batched({ signal, noise }: Rates, batch = 4): Rates {
  return {
    signal: tf.fill([batch, 1, 1, 1], scalarValue(signal)),
    noise: tf.fill([batch, 1, 1, 1], scalarValue(noise)),
  };
}

function example({ image }: Subject<"loss">, batch = 4) {
  const rates: Rates = { signal: tf.scalar(0.6), noise: tf.scalar(0.8) };
  const noise = normal("noise", batch, image);
  const noisy = tf.add<tf.Tensor4D>(tf.mul(0.6, normal("signal", batch, image)), tf.mul(0.8, noise));
  return { rates, noise, noisy, target: withNoise(noise, noisy, rates), other: normal("other", batch, image) };
}

export const lossLaws: Laws<"loss"> = {
  "draws noise levels by picture": async ({ create }) => {
    const loss = await create();
    const rates = loss.levels(draws([7, 8, 9]), 3);
    assert.deepEqual([rates.signal.shape, rates.noise.shape], [[3, 1, 1, 1], [3, 1, 1, 1]]);
    assertFinite(rates, "rates");
    assertTreesClose(
      tf.add(tf.square(rates.signal), tf.square(rates.noise)),
      tf.ones([3, 1, 1, 1]),
      1e-5,
      "sum of powers",
    );
    const alone = loss.levels(draws([8]), 1);
    assertTreesClose(alone.noise, tf.slice(rates.noise, 1, 1), 1e-6, "noise rate of picture 8, alone and in a batch");
  },
  "chooses noises, where it does, of the images' shape, by picture": async (subject) => {
    const { noise } = await subject.create();
    if (noise === undefined) return;
    const images = normal("signal", 3, subject.image);
    const drawn = noise(draws([7, 8, 9]), images);
    assert.deepEqual(drawn.shape, images.shape);
    assertFinite(drawn, "noise");
    const alone = noise(draws([8]), tf.slice(images, 1, 1));
    assertTreesClose(alone, tf.slice(drawn, 1, 1), 0, "noise of picture 8, alone and in a batch");
  },
  "is zero, with a gradient of zero, where the prediction is right": async (subject) => {
    const loss = await subject.create();
    const { rates, noise, noisy, target } = example(subject);
    // The target itself: a component that is computed again is off by rounding.
    const { objective, errors } = await compiled(
      (target: Components, rates: Rates) => loss.measure(target, target, rates),
      target,
      rates,
    );
    assert.equal(scalarValue(objective), 0);
    for (const [name, error] of Object.entries(errors)) assert.equal(scalarValue(error), 0, `error "${name}"`);
    const { gradients } = valueAndGrad((predicted) => {
      return { loss: loss.measure(predicted as Components, target, rates).objective, aux: {} };
    })(target);
    for (const gradient of Object.values(gradients)) assertTreesClose(gradient, tf.zerosLike(gradient), 0, "gradient");
    const objectiveOf = (noise: tf.Tensor) =>
      loss.measure(withNoise(noise as tf.Tensor4D, noisy, rates), target, rates).objective;
    assertFinite(tf.grad(objectiveOf)(noise), "gradient");
  },
  "falls along its gradient": async (subject) => {
    const loss = await subject.create();
    const { rates, noisy, target, other } = example(subject);
    const objective = (noise: tf.Tensor) =>
      loss.measure(withNoise(noise as tf.Tensor4D, noisy, rates), target, rates).objective;
    const gradient = tf.grad(objective)(other);
    assertFinite(gradient, "gradient");
    const length = scalarValue(tf.norm(gradient));
    assert.ok(length > 0, "the gradient of a wrong prediction is not zero");
    const lower = tf.sub(other, tf.mul(gradient, 0.1 / length));
    assert.ok(
      scalarValue(objective(lower)) < scalarValue(objective(other)),
      "a small step against the gradient lowers the loss",
    );
  },
  "trains, where it does so by itself, on a scalar with a gradient, the same for the same draws": async (subject) => {
    const loss = await subject.create();
    if (loss.train === undefined) return;
    const images = normal("signal", 4, subject.image);
    const objective = (weight: tf.Tensor) => {
      const denoise = (noisy: tf.Tensor4D, rates: Rates) => {
        const parts = withNoise(tf.mul(weight, noisy), noisy, rates);
        return {
          ...parts,
          features: Object.fromEntries(loss.asks?.features?.map((name) => [name, parts.noise]) ?? []),
        };
      };
      const { objective, errors } = loss.train!({
        ...{ images, denoise, step: tf.scalar(0, "int32"), random: draws([1, 2, 3, 4]) },
        levels: () => loss.levels(draws([1, 2, 3, 4]), 4, { state: startOf(loss, draws([0])) }),
        state: startOf(loss, draws([0])),
      });
      assertFinite({ objective, errors }, "objective and errors");
      return objective;
    };
    const weight = tf.scalar(0.3);
    assert.equal(scalarValue(objective(weight)), scalarValue(objective(weight)));
    const gradient = tf.grad(objective)(weight);
    assertFinite(gradient, "gradient");
    assert.notEqual(scalarValue(gradient), 0, "a wrong prediction has a gradient");
  },
  "keeps the names and shapes of its buffers, and a gradient for each tensor that it trains": async (subject) => {
    const loss = await subject.create();
    if (loss.init === undefined) return;
    const state = startOf(loss, draws([0]));
    assertTreesClose(startOf(loss, draws([0])), state, 0, "what init draws, twice");
    const { rates, noisy, target, other } = example(subject);
    const predicted = withNoise(other, noisy, batched(rates));
    const measure = (trainable: TensorRecord) =>
      loss.measure(predicted, target, batched(rates), { state: { ...state, trainable } });
    const { objective, buffers = state.buffers } = measure(state.trainable);
    assert.deepEqual(shapesOf(buffers), shapesOf(state.buffers), "names and shapes of buffers");
    assertFinite({ objective, buffers, ...loss.levels(draws([7, 8, 9]), 3, { state }) }, "objective, buffers, levels");
    const { gradients } = valueAndGrad((trainable) => ({ loss: measure(trainable).objective, aux: {} }))(
      state.trainable,
    );
    assertFinite(gradients, "gradients");
    if (loss.train !== undefined) return; // it may train its tensors there alone
    for (const [name, gradient] of Object.entries(gradients)) {
      assert.ok(scalarValue(tf.sum(tf.abs(gradient))) > 0, `"${name}" has a gradient`);
    }
  },
  "gives for a batch the mean or the sum of what it gives for its parts, where it says so": async (subject) => {
    const loss = await subject.create();
    if (loss.ofParts === undefined) return;
    const { noisy, target, other, rates } = example(subject);
    const predicted = withNoise(other, noisy, batched(rates));
    const part = <T extends Tree>(tree: T, from: number, size: number) =>
      mapTree(tree, (tensor) => tf.slice(tensor, from, size));
    const objective = (from: number, size: number) =>
      scalarValue(
        loss.measure(...[part(predicted, from, size), part(target, from, size), batched(rates, size)] as const)
          .objective,
      );
    const parts = objective(0, 2) + objective(2, 2);
    const whole = objective(0, 4);
    const expected = loss.ofParts === "sum" ? parts : parts / 2;
    assert.ok(Math.abs(whole - expected) <= 1e-4 * Math.abs(whole), `${whole} of all, ${expected} of parts`);
  },
  "shows errors that do not depend on how many pictures there are": async (subject) => {
    const loss = await subject.create();
    const { rates, noisy, target, other } = example(subject);
    const predicted = withNoise(other, noisy, rates);
    const twice = (all: Components): Components => ({
      signal: tf.concat([all.signal, all.signal]),
      noise: tf.concat([all.noise, all.noise]),
      velocity: tf.concat([all.velocity, all.velocity]),
    });
    const { errors } = loss.measure(predicted, target, rates);
    assertFinite(errors, "errors");
    assertTreesClose(
      loss.measure(twice(predicted), twice(target), rates).errors,
      errors,
      1e-5,
      "errors of a batch twice over",
    );
  },
};
