/** Stand-ins for the other stages in a contract test: the plainest of each kind. */
import * as tf from "@tensorflow/tfjs";
import type { ImageShape, Rates } from "../kinds/common.ts";
import { splitRow } from "../kinds/diffusion.ts";
import type { Slot, Slots } from "../kinds/mod.ts";

const [start, end] = [0.3, 1.55]; // angles: signal rates 0.955 and 0.021

/** What `needs` asks for. */
export function slotsFor(needs: readonly Slot[], image: ImageShape): Partial<Slots> {
  const all: Slots = { image, batchSize: 4, augment: 3, ...standIns };
  return Object.fromEntries(needs.map((slot) => [slot, all[slot]]));
}

/** Stages without options. */
export const standIns: Omit<Slots, "image" | "batchSize" | "augment"> = {
  schedule: {
    logSnr: (time) => -2 * Math.log(Math.tan(start + time * (end - start))),
    rates: (time) => {
      const angle = tf.add(tf.mul(time, end - start), start);
      return { signal: tf.cos(angle), noise: tf.sin(angle) };
    },
  },
  parametrization: {
    jumpsToImage: true,
    input: (noisy, rates) => ({ image: noisy, level: levelOf(rates, noisy.shape[0]) }),
    components: (velocity, noisy, { signal, noise }) => ({
      signal: tf.sub(tf.mul(signal, noisy), tf.mul(noise, velocity)),
      noise: tf.add(tf.mul(noise, noisy), tf.mul(signal, velocity)),
      velocity,
    }),
  },
  normalizer: {
    fit: () => Promise.resolve({}),
    blank: () => ({}),
    normalize: (_, pixels) => tf.sub(tf.mul(pixels, 2), 1),
    denormalize: (_, images) => tf.clipByValue(tf.div(tf.add(images, 1), 2), 0, 1),
  },
  network: {
    init: (_, { channels }) => ({ trainable: { scale: tf.ones([channels]) }, buffers: {} }),
    apply: ({ trainable, buffers }, { image }) => ({ output: tf.mul(image, trainable.scale!), buffers }),
  },
  loss: {
    levels: (random) => ratesOfPower(random.uniform([1, 1, 1])),
    measure: (predicted, target) => {
      const loss = tf.mean<tf.Scalar>(tf.square(tf.sub(predicted.noise, target.noise)));
      return { objective: loss, errors: { loss } };
    },
  },
  sampler: {
    steps: 1,
    order: 1,
    stochastic: false,
    evaluationsPerStep: 1,
    plan: () => [[Math.cos(end), Math.sin(end)]],
    init: (noise) => ({ image: noise }),
    step: ({ image }, row, { denoise }) => {
      const [signal, noise] = splitRow(row, 2);
      const predicted = denoise(image, { signal, noise });
      return { state: { image: predicted.signal }, signal: predicted.signal };
    },
  },
};

/** Rates of a noise power. */
function ratesOfPower(power: tf.Tensor): Rates {
  return { signal: tf.sqrt(tf.sub(1, power)), noise: tf.sqrt(power) };
}

function levelOf({ noise }: Rates, batch: number): tf.Tensor4D {
  return tf.broadcastTo(tf.square(noise), [batch, 1, 1, 1]) as tf.Tensor4D;
}
