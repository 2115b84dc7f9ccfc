/** The U-Net of clear-diffusion-keras since 2023: group normalisation, the noise level in every block, attention, patches. */
import { type ImageShape, type Network, ops, refuse, type TensorRecord, tf, tidyTree, z } from "denoise/plugin";
import { attend, attention } from "./attention.ts";
import { convolutionLayer, dense, groupNormLayer, initLayers, kerasParts, type Layer, transposed } from "./layers.ts";
import { blocksOf } from "./blocks.ts";
import type { Told } from "./augment.ts";
import { classOptions } from "./classes.ts";
import { conditioned, conditionLayers, conditionOffers } from "./conditions.ts";
import { drop, dropoutOptions } from "./dropout.ts";
import { jumpOptions } from "./jump.ts";
import { fromPatches } from "./patches.ts";
import type { Hooks } from "./residual_unet.ts";
import { mostBlocks, mostChannels, mostLevels } from "./limits.ts";
import { refuseSize } from "./size.ts";

const epsilon = 1e-3; // added to the variance

/** Options of the network, with the reference's values. */
export const attentionUnetOptions = {
  widths: z.array(z.int().positive().max(mostChannels)).min(1).max(mostLevels).default([64, 128, 256, 512]).describe(
    "channels at each level, from full resolution down; each level halves the image",
  ),
  block_depth: z.int().positive().max(mostBlocks).default(2).describe(
    "residual blocks per level, on the way down and on the way up",
  ),
  attention_levels: z.array(z.int().min(0)).max(mostLevels).default([2, 3]).describe(
    "levels whose blocks end with attention, counted from 0, the full resolution; its memory grows with the square of the pixels",
  ),
  heads: z.int().positive().max(mostChannels).default(4).describe("heads of an attention, each as wide as its level"),
  groups: z.int().positive().max(mostChannels).default(8).describe(
    "groups of channels that are normalised together; must divide image_dims and all widths",
  ),
  embedding_dims: z.int().positive().max(mostChannels).multipleOf(2).default(64).describe(
    "channels of the noise level embedding: half sines, half cosines",
  ),
  max_frequency: z.number().min(1).default(1000).describe(
    "highest frequency of the embedding, in periods over noise powers from 0 to 1; the lowest is 1",
  ),
  image_dims: z.int().positive().max(mostChannels).default(64).describe("channels of the first convolution"),
  patch_size: z.int().positive().max(2048).default(1).describe(
    "patch size at input and output, in pixels; must divide the image size",
  ),
  ...classOptions,
  ...dropoutOptions,
  ...jumpOptions,
};

/** Options of the network, checked. */
export type AttentionUnetOptions = z.output<z.ZodObject<typeof attentionUnetOptions>> & Told;

/**
 * Makes the network for images of one shape.
 *
 * @throws {Refusal} where sizes, groups or levels do not fit together
 */
export function attentionUnet(options: AttentionUnetOptions, image: ImageShape, hooks: Hooks = {}): Network {
  const { widths, block_depth, heads, groups, embedding_dims, patch_size } = options;
  const attended = new Set(options.attention_levels);
  refuseSize(widths.length, image, patch_size);
  refuseGroups(options);
  refuseLevels(options);
  const bottom = widths.length - 1;
  const depth = Array.from({ length: block_depth }, (_, i) => i);

  const layers = layersOf(options, image.channels);

  return {
    keras: kerasParts(layers),
    offers: { features: blocksOf(options), ...conditionOffers(options) },
    init: (random) => initLayers(layers, random),

    apply({ trainable, buffers }, { image, ...told }, mode) {
      const { features: wanted = [] } = mode;
      const features: TensorRecord = {};
      const weight = <T extends tf.Tensor>(name: string) => trainable[name] as T;
      const conv = (name: string, x: tf.Tensor4D) => ops.conv2d(x, weight(`${name}.kernel`), weight(`${name}.bias`));
      const multiply = (name: string, x: tf.Tensor) =>
        tf.add(tf.matMul(x, weight(`${name}.kernel`)), weight(`${name}.bias`));
      const activate = (name: string, x: tf.Tensor4D): tf.Tensor4D => {
        const after = { scale: weight(`${name}.gamma`), offset: weight(`${name}.beta`) };
        return ops.swish(ops.groupNorm(x, { groups, epsilon }, after));
      };
      const block = (name: string, ...rest: [below: tf.Tensor4D, level: number, skip?: tf.Tensor4D]): tf.Tensor4D => {
        const output = tidied(name, ...rest);
        if (wanted.includes(name)) features[name] = output;
        return output;
      };
      // Tidy, so that what no gradient needs is freed block by block.
      const tidied = (name: string, below: tf.Tensor4D, level: number, skip?: tf.Tensor4D): tf.Tensor4D =>
        tidyTree(() => {
          const add = (a: tf.Tensor, b: tf.Tensor) => {
            const sum = tf.add<tf.Tensor4D>(a, b);
            hooks.block?.(name, sum);
            return sum;
          };
          const x = skip === undefined ? below : tf.concat([below, skip], 3);
          const residual = x.shape[3] === widths[level] ? x : conv(`${name}.residual_conv`, x);
          const told = tf.reshape(multiply(`${name}.embedding_dense`, embedding), [-1, 1, 1, widths[level]!]);
          const hidden = add(conv(`${name}.conv1`, activate(`${name}.norm1`, x)), told);
          const kept = drop(name, activate(`${name}.norm2`, hidden), options.dropout, mode);
          const output = add(conv(`${name}.conv2`, kept), residual);
          if (!attended.has(level)) return output;
          return add(attend(trainable, `${name}.attention`, ops.groupNorm(output, { groups, epsilon }), heads), output);
        });

      const known = tf.reshape(conditioned(told, trainable, options, mode, hooks), [-1, embedding_dims]);
      const embedding = ops.swish(multiply("embedding_dense2", ops.swish(multiply("embedding_dense1", known))));

      const entrance = { strides: patch_size, pad: "valid" } as const;
      let x = ops.conv2d(image, weight("input_conv.kernel"), weight("input_conv.bias"), entrance);
      const skips: tf.Tensor4D[] = [];
      for (let level = 0; level < bottom; level++) {
        for (const i of depth) skips.push(x = block(`down${level}.block${i}`, x, level));
        x = ops.averagePool(x);
      }
      for (const i of depth) x = block(`middle.block${i}`, x, bottom);
      for (let level = bottom - 1; level >= 0; level--) {
        x = ops.upsampleBilinear(x);
        for (const i of depth) x = block(`up${level}.block${i}`, x, level, skips.pop()!);
      }
      const output = leave(x, weight("output_transpose.kernel"));
      return {
        output: tf.add(output, weight("output_transpose.bias")),
        buffers,
        ...(wanted.length === 0 ? {} : { features }),
      };
    },
  };
}

/** All layers that have weights, in the order in which the reference constructs them. */
function layersOf(options: AttentionUnetOptions, channels: number): Layer[] {
  const { widths, block_depth, heads, embedding_dims, image_dims, patch_size } = options;
  const bottom = widths.length - 1;
  const layers = [
    convolutionLayer("input_conv", [patch_size, patch_size, channels, image_dims]),
    ...conditionLayers(options),
    dense("embedding_dense1", embedding_dims, embedding_dims),
    dense("embedding_dense2", embedding_dims, embedding_dims),
  ];
  const blocks = (place: string, level: number, before: () => number) => {
    for (let i = 0; i < block_depth; i++) {
      const name = `${place}.block${i}`;
      const input = before(), output = widths[level]!;
      if (input !== output) layers.push(convolutionLayer(`${name}.residual_conv`, [1, 1, input, output]));
      layers.push(
        dense(`${name}.embedding_dense`, embedding_dims, output),
        groupNormLayer(`${name}.norm1`, input),
        convolutionLayer(`${name}.conv1`, [3, 3, input, output]),
        groupNormLayer(`${name}.norm2`, output),
        convolutionLayer(`${name}.conv2`, [3, 3, output, output]),
      );
      if (options.attention_levels.includes(level)) layers.push(attention(`${name}.attention`, output, heads));
      width = output;
      if (place.startsWith("down")) skips.push(width);
    }
  };
  const skips: number[] = [];
  let width = image_dims;
  for (let level = 0; level < bottom; level++) blocks(`down${level}`, level, () => width);
  blocks("middle", bottom, () => width);
  for (let level = bottom - 1; level >= 0; level--) blocks(`up${level}`, level, () => width + skips.pop()!);
  // An output of zero: what the network says before it has learnt anything.
  layers.push(transposed("output_transpose", [patch_size, patch_size, channels, width], "zeros"));
  return layers;
}

/**
 * A transposed convolution whose patches touch and do not overlap: each pixel becomes a patch by itself.
 *
 * @param kernel `[side, side, out, in]`, as Keras keeps it
 */
function leave(x: tf.Tensor4D, kernel: tf.Tensor4D): tf.Tensor4D {
  const [side, , channels, inner] = kernel.shape;
  const byPixel = tf.reshape(tf.transpose(kernel, [3, 0, 1, 2]), [1, 1, inner, side * side * channels]) as tf.Tensor4D;
  return fromPatches(ops.conv2d(x, byPixel), side);
}

function refuseGroups({ widths, image_dims, groups }: AttentionUnetOptions): void {
  const odd = [image_dims, ...widths].find((width) => width % groups !== 0);
  if (odd === undefined) return;
  refuse({
    option: "groups",
    what: `${odd} channels cannot be normalised in ${groups} groups`,
    fix: `use image_dims and widths that ${groups} divides, such as ${
      Math.ceil(odd / groups) * groups
    }, or other groups`,
  });
}

function refuseLevels({ widths, attention_levels }: AttentionUnetOptions): void {
  const beyond = attention_levels.find((level) => level >= widths.length);
  if (beyond === undefined) return;
  refuse({
    option: "attention_levels",
    what: `There is no level ${beyond}: ${widths.length} widths make the levels 0 to ${widths.length - 1}`,
    fix: `set attention_levels: [${widths.length - 1}], or [] for no attention`,
  });
}
