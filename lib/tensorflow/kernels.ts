/** Kernels that tfjs-node lacks, has wrong, or has slower than TensorFlow has them. */
import * as tf from "@tensorflow/tfjs";
import { borderedKernels } from "./bordered_kernels.ts";
import { fusedKernels } from "../tensor/fused.ts";
import { type Attributes, execute, nodeOf } from "./execute.ts";

type Info = tf.TensorInfo;
type Make = (own: tf.KernelFunc | undefined) => tf.KernelFunc;

const float = { T: ["TF_ATTR_TYPE", "float32"] } as const satisfies Attributes;
const batchNorm = (epsilon: number): Attributes => ({
  ...float,
  U: ["TF_ATTR_TYPE", "float32"],
  epsilon: ["TF_ATTR_FLOAT", epsilon],
  data_format: ["TF_ATTR_STRING", "NHWC"],
  is_training: ["TF_ATTR_BOOL", true],
});

/** The biased variance; TensorFlow gives the unbiased one, and what it keeps for the gradient differs by device. */
const batchNormTraining: Make = () => (call) => {
  const { x } = call.inputs as { x: Info };
  const { epsilon } = call.attrs as unknown as { epsilon: number };
  const channels = x.shape.at(-1)!;
  const count = tf.util.sizeFromShape(x.shape) / channels;
  return tf.tidy(() => {
    const [zeros, ones, none] = [tf.zeros([channels]), tf.ones([channels]), tf.tensor1d([])];
    const inputs = [x, ones, zeros, none, none];
    const [output, mean, variance] = execute(nodeOf(call), "FusedBatchNormV3", inputs, 6, batchNorm(epsilon));
    return [output!, mean!, tf.mul(variance!, Math.max(count - 1, 1) / count)];
  });
};

/** That of a layer whose input was its own output, of mean 0 and variance 1, and whose scale is `inverse`. */
const batchNormGradient: Make = () => (call) => {
  const { dy, output, inverse } = call.inputs as Record<"dy" | "output" | "inverse", Info>;
  return tf.tidy(() => {
    const [zeros, ones] = [tf.zeros(inverse.shape), tf.ones(inverse.shape)];
    const inputs = [dy, output, inverse, zeros, ones, ones];
    return execute(nodeOf(call), "FusedBatchNormGradV3", inputs, 5, batchNorm(0))[0]!;
  });
};

/** With s the sigmoid: `dy s + dy x s (1 - s)`; the second part is the sigmoid's gradient. */
const swishGradient: Make = () => (call) => {
  const { dy, x } = call.inputs as unknown as Record<"dy" | "x", tf.Tensor>;
  return tf.tidy(() => {
    const sigmoid = tf.sigmoid(x);
    const [curved] = execute(nodeOf(call), "SigmoidGrad", [sigmoid, tf.mul(dy, x)], 1, float);
    return tf.add(tf.mul(dy, sigmoid), curved!);
  });
};

const doublingAdjoint: Make = () => (call) => {
  const { dy } = call.inputs as { dy: Info };
  const [batch, height, width, channels] = dy.shape as [number, number, number, number];
  return tf.tidy(() => {
    const like = tf.zeros([batch, height / 2, width / 2, channels]);
    return execute(nodeOf(call), "ResizeBilinearGrad", [dy, like], 1, {
      ...float,
      align_corners: ["TF_ATTR_BOOL", false],
      half_pixel_centers: ["TF_ATTR_BOOL", true],
    })[0]!;
  });
};

/** Sums over all axes but the last: the gradient of a bias, which TensorFlow has a quicker kernel for. */
const sum: Make = (own) => (call) => {
  const { x } = call.inputs as { x: Info };
  const { axis, keepDims } = call.attrs as unknown as { axis: number | number[]; keepDims?: boolean };
  const axes = tf.util.parseAxisParam(axis, x.shape);
  const rank = x.shape.length;
  const perChannel = rank > 1 && axes.length === rank - 1 && !axes.includes(rank - 1);
  if (!perChannel || keepDims || x.dtype !== "float32" || tf.util.sizeFromShape(x.shape) === 0) return own!(call);
  const attributes = { ...float, data_format: ["TF_ATTR_STRING", "NHWC"] } as const;
  return execute(nodeOf(call), "BiasAddGrad", [x], 1, attributes)[0]!;
};

/** Kernels by name; each is made from tfjs-node's own. */
export const kernels: Readonly<Record<string, Make>> = {
  [fusedKernels.batchNormTraining]: batchNormTraining,
  [fusedKernels.batchNormGradient]: batchNormGradient,
  [fusedKernels.swishGradient]: swishGradient,
  [fusedKernels.doublingAdjoint]: doublingAdjoint,
  Sum: sum,
  ...borderedKernels,
};
