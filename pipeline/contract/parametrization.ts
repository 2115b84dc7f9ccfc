/** Laws of parametrizations. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import type { TensorRecord } from "../../lib/tensor/tree.ts";
import type { ImageShape, Rates } from "../kinds/common.ts";
import { velocityOf } from "../kinds/diffusion.ts";
import type { Parametrization } from "../kinds/parametrization.ts";
import {
  assertFinite,
  assertTreesClose,
  compiled,
  type Laws,
  normal,
  numbers,
  shapesOf,
  type Subject,
} from "./laws.ts";
import { standIns } from "./stand_ins.ts";

const batch = 5;

/** A batch of noisy images, the first with the least noise of the schedule, the last with the most. */
function mixture({ image }: Subject<"parametrization">) {
  const signal = normal("signal", batch, image), noise = normal("noise", batch, image);
  const times = tf.tensor4d(numbers(batch).map((i) => i / (batch - 1)), [batch, 1, 1, 1]);
  const rates = standIns.schedule.rates(times);
  const noisy = tf.add(tf.mul(rates.signal, signal), tf.mul(rates.noise, noise)) as tf.Tensor4D;
  const velocity = velocityOf({ signal, noise }, rates);
  return { rates, noisy, target: { signal, noise, velocity } };
}

/** The stage as it is after it has measured the pictures of the test, where it measures some. */
async function ready({ create, image }: Subject<"parametrization">): Promise<Parametrization> {
  const stage = await create();
  if (stage.fit === undefined) return stage;
  const measured = await fit(stage, image, 1);
  return {
    jumpsToImage: stage.jumpsToImage ?? false,
    input: (noisy, rates) => stage.input(noisy, rates, measured),
    components: (output, noisy, rates) => stage.components(output, noisy, rates, measured),
  };
}

/** Fits to normalised pictures, handed over in this many pieces. */
function fit({ fit }: Parametrization, image: ImageShape, pieces: number): Promise<TensorRecord> {
  const all = normal("pictures", 6, image).dataSync() as Float32Array;
  const length = all.length / pieces;
  return fit!(async function* () {
    for (let i = 0; i < pieces; i++) yield await Promise.resolve(all.slice(i * length, (i + 1) * length));
  }, image);
}

export const parametrizationLaws: Laws<"parametrization"> = {
  "feeds images and levels of the shapes that networks take": async (subject) => {
    const parametrization = await ready(subject);
    const { rates, noisy } = mixture(subject);
    const { image, level } = await compiled((x, r: Rates) => parametrization.input(x as tf.Tensor4D, r), noisy, rates);
    assert.deepEqual(image.shape, noisy.shape);
    assert.deepEqual(level.shape, [batch, 1, 1, 1]);
    assertFinite({ image, level }, "input");
  },
  "measures, where it does so, what it announces, the same of pictures in one piece and in several": async (
    subject,
  ) => {
    const stage = await subject.create();
    assert.equal(stage.fit === undefined, stage.blank === undefined, "fit and blank come together");
    if (stage.fit === undefined) return;
    const measured = await fit(stage, subject.image, 1);
    assert.deepEqual(shapesOf(measured), shapesOf(stage.blank!()));
    assertFinite(measured, "what was measured");
    assertTreesClose(await fit(stage, subject.image, 3), measured, 0, "what was measured");
  },
  "takes one rate for all images": async (subject) => {
    const parametrization = await ready(subject);
    const { noisy } = mixture(subject);
    const one = standIns.schedule.rates(tf.fill([1, 1, 1, 1], 0.5));
    const each = standIns.schedule.rates(tf.fill([batch, 1, 1, 1], 0.5));
    const both = [one, each].map((rates) => ({
      input: parametrization.input(noisy, rates),
      components: parametrization.components(noisy, noisy, rates),
    }));
    assertTreesClose(both[0]!, both[1]!, 1e-6, "input and components");
  },
  "sees the same image from three sides": async (subject) => {
    const parametrization = await ready(subject);
    const { rates, noisy } = mixture(subject);
    const output = normal("output", batch, subject.image);
    const components = await compiled(
      (output, noisy, rates: Rates) => parametrization.components(output as tf.Tensor4D, noisy as tf.Tensor4D, rates),
      output,
      noisy,
      rates,
    );
    assertFinite(components, "components");
    const { signal, noise, velocity } = components;
    const mixed = tf.add(tf.mul(rates.signal, signal), tf.mul(rates.noise, noise));
    assertTreesClose(mixed, noisy, 1e-4, "signal and noise, mixed again");
    const difference = tf.sub(tf.mul(rates.signal, noise), tf.mul(rates.noise, signal));
    assertTreesClose(velocity, difference, 1e-4, "velocity of signal and noise");
  },
  "jumps, where it says so, to the image: the noisy one without noise, and never far from the answer": async (
    subject,
  ) => {
    const parametrization = await ready(subject);
    if (parametrization.jumpsToImage !== true) return;
    const { noisy } = mixture(subject);
    const signalRates = [1, 0.99, 0.5, 1e-2, 1e-4];
    const rates = {
      signal: tf.tensor4d(signalRates, [batch, 1, 1, 1]),
      noise: tf.tensor4d(signalRates.map((rate) => Math.sqrt(1 - rate ** 2)), [batch, 1, 1, 1]),
    };
    const [zero, one] = await compiled(
      (noisy, rates: Rates) =>
        [tf.zerosLike(noisy), tf.onesLike(noisy)].map((answer) =>
          parametrization.components(answer as tf.Tensor4D, noisy as tf.Tensor4D, rates).signal
        ),
      noisy,
      rates,
    );
    for (const signal of [zero!, one!]) {
      assertTreesClose(tf.slice(signal, 0, 1), tf.slice(noisy, 0, 1), 0, "the image without noise");
    }
    const shares = tf.max(tf.abs(tf.sub(one!, zero!)), [1, 2, 3]).dataSync();
    shares.forEach((share, i) => assert.ok(share < 4, `${share} of the answer at a signal rate of ${signalRates[i]}`));
  },
  "has an output for every image: none is out of reach": async (subject) => {
    const parametrization = await ready(subject);
    const { rates, noisy, target } = mixture(subject);
    // Components are affine in the output, pixel by pixel: two outputs tell the one that is right.
    const zero = parametrization.components(tf.zerosLike(noisy), noisy, rates).signal;
    const one = parametrization.components(tf.onesLike(noisy), noisy, rates).signal;
    const output = tf.div(tf.sub(target.signal, zero), tf.sub(one, zero)) as tf.Tensor4D;
    // Loose, because a part is divided by the least rate of the schedule.
    assertTreesClose(parametrization.components(output, noisy, rates), target, 1e-3, "components of the right output");
  },
};
