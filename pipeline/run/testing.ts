/** A graph of small stages, for tests of what runs on graphs: no recipe, no plugin file. */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-cpu";
import { opByOp, type State, type TensorRecord, tfjsBackend } from "../../lib/tensor/mod.ts";
import type { Graph, Stage } from "../graph/types.ts";
import type { Backend } from "../kinds/backend.ts";
import type { ImageShape } from "../kinds/common.ts";
import { signalOf, splitRow, velocityOf } from "../kinds/diffusion.ts";
import type { Kind, Kinds } from "../kinds/mod.ts";
import type { Sampler } from "../kinds/sampler.ts";
import type { TrainSettings } from "../recipe/types.ts";

/** tfjs's JavaScript backend. */
export const cpu: Backend = { name: "cpu", description: "cpu", ...tfjsBackend("cpu"), compile: opByOp };

const rates = (power: tf.Tensor) => ({ signal: tf.sqrt(tf.sub(1, power)), noise: tf.sqrt(power) });

/** Takes the noisy image apart and puts it together with less noise (DDIM), adding some of its own. */
export function toySampler(steps: number, options: { fresh?: number } = {}): Sampler {
  const { fresh = 0 } = options;
  return {
    steps,
    order: 1,
    stochastic: fresh > 0,
    evaluationsPerStep: 1,
    plan: () => Array.from({ length: steps }, (_, i) => [1 - i / steps, 1 - (i + 1) / steps]),
    init: (noise) => ({ image: noise }),
    step(state, row, { denoise, random }) {
      const [now, next] = splitRow(row, 2);
      const { image } = state;
      const predicted = denoise(image, rates(tf.mul(now, 0.99)));
      const to = rates(tf.mul(next, 0.99));
      const mixed = tf.add(tf.mul(to.signal, predicted.signal), tf.mul(to.noise, predicted.noise));
      const drawn = tf.mul(random.normal(image.shape.slice(1)), fresh);
      return { state: { image: tf.add(mixed, drawn) }, signal: predicted.signal };
    },
  };
}

/** Stages by kind. */
export type ToyStages = { [K in Kind]: readonly Kinds[K][] };

/** Predicts noise as a channel mix of the noisy image, with running statistics beside it. */
export function toyStages(image: ImageShape): ToyStages {
  return {
    backend: [cpu],
    dataset: [],
    schedule: [],
    metric: [],
    sampler: [toySampler(4)],
    augmentation: [{
      shape: (input) => input,
      apply: (images, { random, training }) =>
        training ? tf.add(images, tf.mul(random.uniform([1, 1, 1]), 0.1)) : images,
    }],
    normalizer: [{
      fit: () => Promise.resolve({ mean: tf.fill([image.channels], 0.5) }),
      blank: () => ({ mean: tf.zeros([image.channels]) }),
      normalize: (statistics, pixels) => tf.mul(tf.sub(pixels, statistics.mean!), 2),
      denormalize: (statistics, images) => tf.clipByValue(tf.add(tf.div(images, 2), statistics.mean!), 0, 1),
    }],
    network: [{
      init: (random, { channels }) => ({
        trainable: {
          kernel: tf.mul(
            tf.reshape(random.fork("kernel").normal([channels, channels]), [1, 1, channels, channels]),
            0.1,
          ),
          bias: tf.zeros([channels]),
        },
        buffers: { mean: tf.zeros([channels]) },
      }),
      apply(state, { image, level }, { training }) {
        const mixed = tf.add(tf.conv2d(image, state.trainable.kernel as tf.Tensor4D, 1, "same"), state.trainable.bias!);
        const mean = state.buffers.mean!;
        return {
          output: tf.mul(tf.sub(mixed, mean), level) as tf.Tensor4D,
          buffers: training
            ? { mean: tf.add(tf.mul(mean, 0.9), tf.mul(tf.mean(mixed, [0, 1, 2]), 0.1)) }
            : state.buffers,
        };
      },
    }],
    parametrization: [{
      input: (noisy, { noise }) => ({
        image: noisy,
        level: tf.mul(tf.square(noise), tf.ones([noisy.shape[0], 1, 1, 1])) as tf.Tensor4D,
      }),
      components(noise, noisy, rates) {
        const signal = signalOf(noisy, noise, { ...rates, signal: tf.maximum(rates.signal, 0.05) });
        return { signal, noise, velocity: velocityOf({ signal, noise }, rates) };
      },
    }],
    loss: [{
      levels: (random) => rates(random.uniform([1, 1, 1])),
      measure(predicted, target) {
        const loss = tf.mean<tf.Scalar>(tf.abs(tf.sub(predicted.noise, target.noise)));
        return { objective: loss, errors: { loss } };
      },
    }],
    optimizer: [{
      init: (trainable) => each(trainable, (weight) => tf.zerosLike(weight)),
      update: ({ trainable, gradients, state, step }) => {
        const moved = each(state, (mean, name) => tf.add(tf.mul(mean, 0.9), gradients[name]!));
        const rate = tf.div(0.1, tf.sqrt(tf.cast(step, "float32")));
        return {
          trainable: each(trainable, (weight, name) => tf.sub(weight, tf.mul(moved[name]!, rate))),
          state: moved,
        };
      },
    }],
    ema: [{
      init: (network) => eachOf(network, (tensor) => tf.clone(tensor)),
      update: (average, network) => ({
        trainable: each(average.trainable, (a, name) => tf.add(tf.mul(a, 0.9), tf.mul(network.trainable[name]!, 0.1))),
        buffers: network.buffers,
      }),
    }],
  };
}

const each = (record: TensorRecord, fn: (tensor: tf.Tensor, name: string) => tf.Tensor): TensorRecord =>
  Object.fromEntries(Object.entries(record).map(([name, tensor]) => [name, fn(tensor, name)]));
const eachOf = (state: State, fn: (tensor: tf.Tensor) => tf.Tensor): State => ({
  trainable: each(state.trainable, fn),
  buffers: each(state.buffers, fn),
});

/** A graph of the toy stages, some of them replaced. */
export function toyGraph(
  image: ImageShape = { height: 4, width: 4, channels: 3 },
  stages: Partial<ToyStages> = {},
  options: { seed?: number; sampler?: Record<string, unknown>; accumulate?: number } = {},
): Graph {
  const { seed = 42, sampler = {}, accumulate } = options;
  const all = <K extends Kind>(kind: K) =>
    ({ ...toyStages(image), ...stages }[kind] as readonly Kinds[K][]).map((stage, i) =>
      ({
        kind,
        id: `${kind}.${i}`,
        path: [kind, i],
        stage,
        options: kind === "sampler" ? sampler : {},
      }) as unknown as Stage<K>
    );
  const graph: Omit<Graph, "recipe"> & { recipe: { seed: number; train: Pick<TrainSettings, "accumulate"> } } = {
    recipe: { seed, train: { accumulate } },
    stages: [],
    edges: [],
    datasetImage: image,
    image,
    one: (kind) => all(kind)[0]!,
    all,
    sampler: () => all("sampler")[0]!,
  };
  return graph as Graph;
}
