/** Fixes for wrong gradients in tfjs 4.22. */
import * as tf from "@tensorflow/tfjs";
import { resizeAdjoint } from "./resize_matrix.ts";

let installed = false;

/** Replaces the gradients of tfjs 4.22 that are wrong. Done once; importing `lib/tensor/mod.ts` does it. */
export function fixTfjs(): void {
  if (installed) return;
  installed = true;
  tf.registerGradient(resizeGradient("ResizeBilinear", "bilinear"));
  tf.registerGradient(resizeGradient("ResizeNearestNeighbor", "nearest"));
  tf.registerGradient(batchNormGradient);
  tf.registerGradient(cumsumGradient);
  tf.registerGradient(matMulGradient);
  tf.registerGradient(comparisonGradient("Maximum", tf.greaterEqual, tf.less));
  tf.registerGradient(comparisonGradient("Minimum", tf.lessEqual, tf.greater));
  tf.registerGradient(squaredDifferenceGradient);
  tf.registerGradient(mirrorPadGradient);
  tf.registerGradient(averagePoolGradient);
}

// tfjs ignores half-pixel centres in the gradient of the bilinear resize, on every backend; its cpu backend uses the
// wrong stride between the pictures of a batch in that of the nearest one.
function resizeGradient(kernelName: string, method: "bilinear" | "nearest"): tf.GradConfig {
  return {
    kernelName,
    inputsToSave: ["images"],
    gradFunc: (dy, saved, attributes) => {
      const { alignCorners, halfPixelCenters } = attributes as { alignCorners: boolean; halfPixelCenters: boolean };
      const [, height, width] = saved[0]!.shape as [number, number, number, number];
      return {
        images: () => resizeAdjoint(dy as tf.Tensor4D, [height, width], { method, alignCorners, halfPixelCenters }),
      };
    },
  };
}

/** Sums over the axes along which a tensor of the shape of `of` was broadcast. */
function summedTo(gradient: tf.Tensor, of: tf.Tensor): tf.Tensor {
  const axes = tf.backend_util.getReductionAxes(of.shape, gradient.shape);
  return tf.reshape(axes.length === 0 ? gradient : tf.sum(gradient, axes), of.shape);
}

// tfjs saves the scale where there may be none, and throws. All it does with the list is to map names to inputs, so a list
// that leaves out what is not there mends it. Statistics may be of any shape that broadcasts.
class PresentInputs extends Array<string> {
  override map<T>(inputOf: (name: string, index: number, names: string[]) => T): T[] {
    return [...this].map(inputOf).filter((input) => input != null);
  }
}

const batchNormGradient: tf.GradConfig = {
  kernelName: "FusedBatchNorm",
  inputsToSave: PresentInputs.of("x", "mean", "variance", "scale"),
  gradFunc: (dy, saved, attributes) => {
    const { varianceEpsilon } = attributes as { varianceEpsilon: number };
    const [x, mean, variance, scale] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor?];
    const upstream = dy as tf.Tensor;
    const scaled = () => scale === undefined ? upstream : tf.mul(upstream, scale);
    const inverse = () => tf.rsqrt(tf.add(variance, varianceEpsilon));
    const centred = () => tf.sub(x, mean);
    return {
      x: () => tf.mul(scaled(), inverse()),
      mean: () => summedTo(tf.neg(tf.mul(scaled(), inverse())), mean),
      variance: () => summedTo(tf.mul(tf.mul(scaled(), centred()), tf.mul(tf.pow(inverse(), 3), -0.5)), variance),
      scale: () => summedTo(tf.mul(upstream, tf.mul(centred(), inverse())), mean),
      offset: () => summedTo(upstream, mean),
    };
  },
};

// tfjs forgets to move the axes back where it is not the last one that is summed along.
const cumsumGradient: tf.GradConfig = {
  kernelName: "Cumsum",
  inputsToSave: ["x"],
  gradFunc: (dy, _, attributes) => {
    const { axis, exclusive, reverse } = attributes as { axis: number; exclusive: boolean; reverse: boolean };
    return { x: () => tf.cumsum(dy as tf.Tensor, axis, exclusive, !reverse) };
  },
};

// tfjs does not sum over the batch dimensions that one side was repeated along.
const matMulGradient: tf.GradConfig = {
  kernelName: "BatchMatMul",
  inputsToSave: ["a", "b"],
  gradFunc: (dy, saved, attributes) => {
    const { transposeA, transposeB } = attributes as { transposeA: boolean; transposeB: boolean };
    const [a, b] = saved as [tf.Tensor, tf.Tensor];
    const upstream = dy as tf.Tensor;
    const ofA = () =>
      transposeA ? tf.matMul(b, upstream, transposeB, true) : tf.matMul(upstream, b, false, !transposeB);
    const ofB = () =>
      transposeB ? tf.matMul(upstream, a, true, transposeA) : tf.matMul(a, upstream, !transposeA, false);
    return { a: () => summedTo(ofA(), a), b: () => summedTo(ofB(), b) };
  },
};

// tfjs does not sum over the dimensions that one side was repeated along. At a tie the first one gets it all, as in tfjs.
function comparisonGradient(kernelName: string, first: typeof tf.greaterEqual, second: typeof tf.less): tf.GradConfig {
  return {
    kernelName,
    inputsToSave: ["a", "b"],
    gradFunc: (dy, saved) => {
      const [a, b] = saved as [tf.Tensor, tf.Tensor];
      const where = (chosen: tf.Tensor) => tf.mul(dy as tf.Tensor, tf.cast(chosen, "float32"));
      return { a: () => summedTo(where(first(a, b)), a), b: () => summedTo(where(second(a, b)), b) };
    },
  };
}

const squaredDifferenceGradient: tf.GradConfig = {
  kernelName: "SquaredDifference",
  inputsToSave: ["a", "b"],
  gradFunc: (dy, saved) => {
    const [a, b] = saved as [tf.Tensor, tf.Tensor];
    const slope = (factor: number) => tf.mul(dy as tf.Tensor, tf.mul(tf.sub(a, b), factor));
    return { a: () => summedTo(slope(2), a), b: () => summedTo(slope(-2), b) };
  },
};

// tfjs forgets what flows back from the mirrored parts.
const mirrorPadGradient: tf.GradConfig = {
  kernelName: "MirrorPad",
  inputsToSave: ["x"],
  gradFunc: (dy, saved, attributes) => {
    const { paddings, mode } = attributes as unknown as { paddings: [number, number][]; mode: "reflect" | "symmetric" };
    const edge = mode === "reflect" ? 1 : 0; // pixels at each end that are not repeated
    const { shape } = saved[0]!;
    const fold = (gradient: tf.Tensor, axis: number): tf.Tensor => {
      const [before, after] = paddings[axis]!;
      if (before + after === 0) return gradient;
      const n = shape[axis]!;
      const along = (value: number, others: number) => shape.map((_, i) => (i === axis ? value : others));
      const part = (from: number, count: number, at: number) => {
        if (count === 0) return [];
        const mirrored = tf.reverse(tf.slice(gradient, along(from, 0), along(count, -1)), axis);
        const room = shape.map((_, i): [number, number] => (i === axis ? [at, n - count - at] : [0, 0]));
        return [tf.pad(mirrored, room)];
      };
      const middle = tf.slice(gradient, along(before, 0), along(n, -1));
      return tf.addN([middle, ...part(0, before, edge), ...part(before + n, after, n - after - edge)]);
    };
    return { x: () => shape.reduce((gradient, _, axis) => fold(gradient, axis), dy as tf.Tensor) };
  },
};

// At the border the forward pass divides by the pixels that a window holds, the gradient of tfjs by the window's size.
const averagePoolGradient: tf.GradConfig = {
  kernelName: "AvgPool",
  inputsToSave: ["x"],
  gradFunc: (dy, saved, attributes) => {
    const { filterSize, strides, pad, dimRoundingMode } = attributes as unknown as {
      filterSize: [number, number];
      strides: [number, number];
      pad: "valid" | "same" | number;
      dimRoundingMode?: "floor" | "round" | "ceil";
    };
    const x = saved[0] as tf.Tensor4D;
    const info = tf.backend_util.computePool2DInfo(x.shape, filterSize, strides, 1, pad, dimRoundingMode);
    const inside = (out: number, stride: number, filter: number, before: number, size: number) =>
      Array.from({ length: out }, (_, i) => {
        const start = i * stride - before;
        return filter / (Math.min(start + filter, size) - Math.max(start, 0));
      });
    const { outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = info;
    const rows = inside(outHeight, strideHeight, filterHeight, padInfo.top, info.inHeight);
    const columns = inside(outWidth, strideWidth, filterWidth, padInfo.left, info.inWidth);
    return {
      x: () => {
        const scale = tf.mul(tf.tensor4d(rows, [1, outHeight, 1, 1]), tf.tensor4d(columns, [1, 1, outWidth, 1]));
        const inputs = { dy: tf.mul(dy as tf.Tensor4D, scale), input: x };
        return tf.engine().runKernel("AvgPoolGrad", inputs, { filterSize, strides, pad });
      },
    };
  },
};
