/** The one place where what is wrong in tfjs 4.22 is put right. */
import * as tf from "@tensorflow/tfjs";
import { resizeAdjoint } from "./resize_matrix.ts";

let installed = false;

/** Replaces the gradients of tfjs 4.22 that are wrong. Done once; importing `tensor/mod.ts` does it. */
export function putRight(): void {
  if (installed) return;
  installed = true;
  tf.registerGradient(resizeGradient("ResizeBilinear", "bilinear"));
  tf.registerGradient(resizeGradient("ResizeNearestNeighbor", "nearest"));
  tf.registerGradient(batchNormGradient);
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

// tfjs saves the scale where there may be none, and throws. All it does with the list is to map names to inputs, so a list
// that leaves out what is not there mends it. Statistics may be of any shape that broadcasts.
class InputsThatAre extends Array<string> {
  override map<T>(inputOf: (name: string, index: number, names: string[]) => T): T[] {
    return [...this].map(inputOf).filter((input) => input != null);
  }
}

const batchNormGradient: tf.GradConfig = {
  kernelName: "FusedBatchNorm",
  inputsToSave: InputsThatAre.of("x", "mean", "variance", "scale"),
  gradFunc: (dy, saved, attributes) => {
    const { varianceEpsilon } = attributes as { varianceEpsilon: number };
    const [x, mean, variance, scale] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor?];
    const upstream = dy as tf.Tensor;
    const scaled = () => scale === undefined ? upstream : tf.mul(upstream, scale);
    const inverse = () => tf.rsqrt(tf.add(variance, varianceEpsilon));
    const centred = () => tf.sub(x, mean);
    const like = (gradient: tf.Tensor, of: tf.Tensor) =>
      tf.reshape(tf.sum(gradient, tf.backend_util.getReductionAxes(of.shape, gradient.shape)), of.shape);
    return {
      x: () => tf.mul(scaled(), inverse()),
      mean: () => like(tf.neg(tf.mul(scaled(), inverse())), mean),
      variance: () => like(tf.mul(tf.mul(scaled(), centred()), tf.mul(tf.pow(inverse(), 3), -0.5)), variance),
      scale: () => like(tf.mul(upstream, tf.mul(centred(), inverse())), mean),
      offset: () => like(upstream, mean),
    };
  },
};
