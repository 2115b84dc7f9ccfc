/** The residual U-Net of the Keras DDIM example and of clear-diffusion-keras in 2022: convolutions, batch normalisation, swish. */
import { type ImageShape, type Network, ops, type TensorRecord, tf, tidyTree, z } from "denoise/plugin";
import { batchNorm, convolutionLayer, initLayers, kerasParts, type Layer } from "./layers.ts";
import { classOptions } from "./classes.ts";
import {
  conditioned,
  conditionLayers,
  conditionOffers,
  type ConditionOptions,
  type EmbeddingHook,
} from "./conditions.ts";
import { drop, dropoutOptions } from "./dropout.ts";
import { jumpOptions } from "./jump.ts";
import { blocksOf } from "./blocks.ts";
import { mostBlocks, mostChannels, mostLevels } from "./limits.ts";
import { refuseSize } from "./size.ts";

const momentum = 0.99; // part of the running statistics that is kept in a step
const epsilon = 1e-3; // added to the variance

/** Options of the plugins that make this network, with the defaults of one generation. */
export function residualUnetOptions(defaults: {
  image_dims: number | undefined;
  max_frequency: number;
  input_skip: boolean;
  running_variance: "biased" | "unbiased";
}) {
  const imageDims = z.int().positive().max(mostChannels);
  return {
    widths: z.array(z.int().positive().max(mostChannels)).min(1).max(mostLevels).default([32, 64, 96, 128]).describe(
      "channels at each level, from full resolution down; each level halves the image",
    ),
    block_depth: z.int().positive().max(mostBlocks).default(2).describe(
      "residual blocks per level, on the way down and on the way up",
    ),
    embedding_dims: z.int().positive().max(mostChannels).multipleOf(2).default(32).describe(
      "channels of the noise level embedding: half sines, half cosines",
    ),
    max_frequency: z.number().min(1).default(defaults.max_frequency).describe(
      "highest frequency of the embedding, in periods over noise powers from 0 to 1; the lowest is 1",
    ),
    image_dims: (defaults.image_dims === undefined ? imageDims.optional() : imageDims.default(defaults.image_dims))
      .describe("channels of the first convolution; default: the first of the widths"),
    input_skip: z.boolean().default(defaults.input_skip).describe(
      "concatenate the input image before the last convolution",
    ),
    running_variance: z.enum(["biased", "unbiased"]).default(defaults.running_variance).describe(
      "what the running variance averages: the mean squared deviation, as Keras 3, or that times n / (n - 1), as Keras 2",
    ),
    ...classOptions,
    ...dropoutOptions,
    ...jumpOptions,
  };
}

/** Options of the network, checked. */
export interface ResidualUnetOptions extends ConditionOptions {
  readonly widths: readonly number[];
  readonly block_depth: number;
  readonly image_dims?: number | undefined;
  readonly input_skip: boolean;
  readonly running_variance: "biased" | "unbiased";
  readonly dropout: number;
}

/** Lets tests look inside and put an embedding in. No option of a recipe. */
export interface Hooks extends EmbeddingHook {
  /** Called with the sums in each residual block, in the order in which they are made. They are freed after it. */
  block?(name: string, output: tf.Tensor4D): void;
}

/**
 * Makes the network for images of one shape.
 *
 * @throws {Refusal} where an image cannot be halved as often as there are levels
 */
export function residualUnet(options: ResidualUnetOptions, image: ImageShape, hooks: Hooks = {}): Network {
  refuseSize(options.widths.length, image);
  const { widths, block_depth, embedding_dims, input_skip } = options;
  const bottom = widths.length - 1;
  const depth = Array.from({ length: block_depth }, (_, i) => i);

  const layers = layersOf(options, image.channels);

  return {
    keras: kerasParts(layers),
    offers: { features: blocksOf(options), ...conditionOffers(options) },
    init: (random) => initLayers(layers, random),

    apply({ trainable, buffers }, { image, ...told }, mode) {
      const { training, features: wanted = [] } = mode;
      const after: TensorRecord = { ...buffers };
      const features: TensorRecord = {};
      const conv = (name: string, x: tf.Tensor4D) =>
        ops.conv2d(x, trainable[`${name}.kernel`] as tf.Tensor4D, trainable[`${name}.bias`] as tf.Tensor1D);
      const normalise = (name: string, x: tf.Tensor4D, after: TensorRecord): tf.Tensor4D => {
        const mean = buffers[`${name}.moving_mean`] as tf.Tensor1D;
        const variance = buffers[`${name}.moving_variance`] as tf.Tensor1D;
        if (!training) return ops.batchNormInference(x, mean, variance, { epsilon });
        const batch = ops.batchNormTraining(x, { epsilon });
        const values = x.size / x.shape[3];
        const unbias = options.running_variance === "unbiased" ? values / Math.max(values - 1, 1) : 1;
        after[`${name}.moving_mean`] = gather(mean, batch.mean);
        after[`${name}.moving_variance`] = gather(variance, tf.mul(batch.variance, unbias));
        return batch.output;
      };
      // Tidy, so that what no gradient needs is freed block by block.
      const block = (name: string, below: tf.Tensor4D, width: number, skip?: tf.Tensor4D): tf.Tensor4D => {
        const { output, statistics } = tidyTree(() => {
          const statistics: TensorRecord = {};
          const x = skip === undefined ? below : join(below, skip);
          const residual = x.shape[3] === width ? x : conv(`${name}.residual_conv`, x);
          const hidden = ops.swish(conv(`${name}.conv1`, normalise(`${name}.norm`, x, statistics)));
          const kept = drop(name, hidden, options.dropout, mode);
          return { output: tf.add(conv(`${name}.conv2`, kept), residual) as tf.Tensor4D, statistics };
        });
        Object.assign(after, statistics);
        hooks.block?.(name, output);
        if (wanted.includes(name)) features[name] = output;
        return output;
      };

      let x = conv("input_conv", image);
      const skips = input_skip ? [x] : [];
      const embedding = conditioned(told, trainable, options, mode, hooks);
      const [batch, height, width] = x.shape;
      x = join(x, tf.broadcastTo(embedding, [batch, height, width, embedding_dims]) as tf.Tensor4D);
      for (let level = 0; level < bottom; level++) {
        for (const i of depth) skips.push(x = block(`down${level}.block${i}`, x, widths[level]!));
        x = ops.averagePool(x);
      }
      for (const i of depth) x = block(`middle.block${i}`, x, widths[bottom]!);
      for (let level = bottom - 1; level >= 0; level--) {
        x = ops.upsampleBilinear(x);
        for (const i of depth) x = block(`up${level}.block${i}`, x, widths[level]!, skips.pop()!);
      }
      if (input_skip) x = join(x, skips.pop()!);
      const output = conv("output_conv", x);
      return { output, buffers: after, ...(wanted.length === 0 ? {} : { features }) };
    },
  };
}

/** All layers that have weights, in the order in which the reference constructs them. */
function layersOf(options: ResidualUnetOptions, channels: number): Layer[] {
  const { widths, block_depth, embedding_dims, input_skip } = options;
  const imageDims = options.image_dims ?? widths[0]!;
  const bottom = widths.length - 1;
  const layers = [
    convolutionLayer("input_conv", [1, 1, channels, imageDims]),
    ...conditionLayers(options),
  ];
  const blocks = (place: string, output: number, before: () => number) => {
    for (let i = 0; i < block_depth; i++) {
      const name = `${place}.block${i}`;
      const input = before();
      if (input !== output) layers.push(convolutionLayer(`${name}.residual_conv`, [1, 1, input, output]));
      layers.push(
        batchNorm(`${name}.norm`, input),
        convolutionLayer(`${name}.conv1`, [3, 3, input, output]),
        convolutionLayer(`${name}.conv2`, [3, 3, output, output]),
      );
      width = output;
      if (place.startsWith("down")) skips.push(width);
    }
  };
  const skips: number[] = input_skip ? [imageDims] : [];
  let width = imageDims + embedding_dims;
  for (let level = 0; level < bottom; level++) blocks(`down${level}`, widths[level]!, () => width);
  blocks("middle", widths[bottom]!, () => width);
  for (let level = bottom - 1; level >= 0; level--) blocks(`up${level}`, widths[level]!, () => width + skips.pop()!);
  // An output of zero: what the network says before it has learnt anything.
  layers.push(convolutionLayer("output_conv", [1, 1, width + (skips.pop() ?? 0), channels], "zeros"));
  return layers;
}

function join(x: tf.Tensor4D, skip: tf.Tensor4D): tf.Tensor4D {
  return tf.concat([x, skip], 3);
}

/** Running statistics after a batch. */
function gather(running: tf.Tensor, batch: tf.Tensor): tf.Tensor {
  return tf.add(tf.mul(running, momentum), tf.mul(batch, 1 - momentum));
}
