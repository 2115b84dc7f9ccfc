/** Sine, cosine and tangent for tfjs's WebGPU backend; its own leave the accuracy to the driver. */
import type * as tf from "@tensorflow/tfjs";
import { anyAngleCode } from "./accurate_code.ts";
import { runKernel, type WebGpuBackend } from "./program.ts";

const values = { Sin: "there.x", Cos: "there.y", Tan: "there.x / there.y" };

/** Kernels by name. */
export const angleKernels: Readonly<Record<string, tf.KernelFunc>> = Object.fromEntries(
  Object.entries(values).map(([name, value]): [string, tf.KernelFunc] => [name, ({ inputs, backend }) => {
    const { x } = inputs as { x: tf.TensorInfo };
    const kernel = {
      name,
      inputs: ["x"],
      functions: anyAngleCode,
      body: `let there = sineCosineOf(x[index]); result[index] = ${value};`,
    };
    const count = x.shape.reduce((product, size) => product * size, 1);
    return runKernel(backend as WebGpuBackend, kernel, [x], { count, shape: x.shape });
  }]),
);
