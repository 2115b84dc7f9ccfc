/** Kernels that move integers, for tfjs's WebGPU backend; its own pass them through float32, which has 24 bits. */
import * as tf from "@tensorflow/tfjs";
import { runKernel, type WebGpuBackend } from "./program.ts";

const part = {
  name: "part of integers",
  inputs: ["x"],
  numbers: ["begin"],
  body: "result[index] = x[uniforms.begin + index];",
};

/** Kernels by name; each is made from tfjs's own. One dimension alone: what packed draws are cut from. */
export const integerKernels: Readonly<Record<string, (own: tf.KernelFunc | undefined) => tf.KernelFunc>> = {
  Slice: (own) => (call) => {
    const { x } = call.inputs as { x: tf.TensorInfo };
    if (x.dtype !== "int32" || x.shape.length !== 1) return own!(call);
    const { begin, size } = call.attrs as unknown as { begin: number | number[]; size: number | number[] };
    const [[from], shape] = tf.slice_util.parseSliceParams(x as tf.Tensor, begin, size) as [[number], number[]];
    const numbers = [from];
    return runKernel(call.backend as WebGpuBackend, part, [x], { count: shape[0]!, shape, dtype: "int32", numbers });
  },
};
