/** Functions of one number for tfjs's WebGPU backend; its own leave digits to the driver, or lose them near zero. */
import type * as tf from "@tensorflow/tfjs";
import { anyAngleCode, exponentialCode, logarithmCode } from "./accurate_code.ts";
import { runKernel, type WebGpuBackend } from "./program.ts";

// What is not in a function's range goes through tfjs's builtins: NaN, zero, infinity and subnormal numbers.
const unlessOdd = (fn: string, y: string) =>
  `select(log(${y}), ${fn}(a), ${y} >= 1.1754944e-38 && ${y} <= 3.4028235e38)`;

const functions: Readonly<Record<string, { readonly code: string; readonly value: string }>> = {
  Sin: { code: anyAngleCode, value: "sineCosineOf(a).x" },
  Cos: { code: anyAngleCode, value: "sineCosineOf(a).y" },
  Tan: { code: anyAngleCode, value: "sineCosineOf(a).x / sineCosineOf(a).y" },
  Exp: { code: exponentialCode, value: "select(exponential(a), a, isnan(a))" },
  Expm1: { code: exponentialCode, value: "select(exponentialLessOne(a), a, isnan(a))" },
  Sigmoid: { code: exponentialCode, value: "select(1.0 / (1.0 + exponential(-a)), a, isnan(a))" },
  Log: { code: logarithmCode, value: `select(${unlessOdd("logarithm", "a")}, uniforms.NAN, a < 0.0)` },
  Log1p: {
    code: logarithmCode,
    value: `select(${unlessOdd("logarithmOfOneAnd", "(1.0 + a)")}, uniforms.NAN, a < -1.0)`,
  },
};

/** Kernels by name. */
export const accurateKernels: Readonly<Record<string, (own: tf.KernelFunc | undefined) => tf.KernelFunc>> = Object
  .fromEntries(
    Object.entries(functions).map(([name, { code, value }]) => [name, (own: tf.KernelFunc | undefined) => (call) => {
      const { x } = call.inputs as { x: tf.TensorInfo };
      if (x.dtype !== "float32") return own!(call);
      const kernel = {
        name,
        inputs: ["x"],
        functions: code,
        body: `let a = x[index]; result[index] = ${value};`,
      };
      const count = x.shape.reduce((product, size) => product * size, 1);
      return runKernel(call.backend as WebGpuBackend, kernel, [x], { count, shape: x.shape });
    }]),
  );
