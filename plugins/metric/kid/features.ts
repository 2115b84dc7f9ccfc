/** From pictures to features: resized and scaled as the references do, then InceptionV3, then the mean over the image. */
import { image, ops, type TensorRecord, tf } from "denoise/plugin";
import { inceptionV3 } from "./inception.ts";

/** How pictures are brought to the size of the network. */
export interface Preparation {
  /** Sides of what the network sees, in pixels. */
  readonly side: number;
  readonly method: "bilinear" | "bicubic";
  readonly antialias: boolean;
}

/** Numbers that describe a picture. */
export const dimensions = 2048;

/** Extractors by name. `-bicubic`: as clear-diffusion-keras; without: as the Keras example. */
export const extractors = Object.fromEntries([75, 150, 299].flatMap((side) => [
  [`inception-v3-${side}`, { side, method: "bilinear", antialias: false }],
  [`inception-v3-${side}-bicubic`, { side, method: "bicubic", antialias: true }],
])) as Readonly<Record<Extractor, Preparation>>;

/** Name of an extractor. */
export type Extractor = (typeof extractorNames)[number];

/** Their names, the default first. */
export const extractorNames = [
  "inception-v3-75",
  "inception-v3-75-bicubic",
  "inception-v3-150",
  "inception-v3-150-bicubic",
  "inception-v3-299",
  "inception-v3-299-bicubic",
] as const;

/**
 * Resizes pictures and scales them to -1…1. What bicubic interpolation overshoots is clipped, as in the reference.
 *
 * @param pictures `[count, height, width, 3]` in 0…1
 */
export function prepare(pictures: tf.Tensor4D, { side, method, antialias }: Preparation): tf.Tensor4D {
  const [count, height, width, channels] = pictures.shape;
  const matrix = (from: number) => tf.tensor2d(image.resizeWeights(from, side, method, antialias), [side, from]);
  const across = tf.matMul(
    matrix(width).expandDims<tf.Tensor3D>(0),
    tf.reshape(pictures, [count * height, width, channels]),
  );
  const down = tf.matMul(
    matrix(height).expandDims<tf.Tensor3D>(0),
    tf.reshape(across, [count, height, side * channels]),
  );
  const clipped = tf.clipByValue(tf.reshape(down, [count, side, side, channels]), 0, 1);
  return tf.sub(tf.mul(clipped, 2), 1);
}

/**
 * Features of prepared pictures, `[count, 2048]`.
 *
 * @param weights as `upload` gives them
 * @param see for tests: the output of each block
 */
export function extract(
  weights: TensorRecord,
  prepared: tf.Tensor4D,
  see?: (name: string, x: tf.Tensor4D) => void,
): tf.Tensor2D {
  const last = inceptionV3<tf.Tensor4D>(prepared, {
    convolution(x, { index, strides, pad }) {
      const [kernel, bias] = [
        weights[`conv${index}.kernel`] as tf.Tensor4D,
        weights[`conv${index}.bias`] as tf.Tensor1D,
      ];
      return tf.relu(ops.conv2d(x, kernel, bias, { strides, pad }));
    },
    largest: (x) => tf.maxPool(x, 3, 2, "valid"),
    mean: (x) => tf.avgPool(x, 3, 1, "same"),
    join: (parts) => tf.concat([...parts], 3),
    ...(see === undefined ? {} : { block: see }),
  });
  return tf.mean(last, [1, 2]);
}
