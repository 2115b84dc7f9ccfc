/** Kernels of our own for tfjs's WebGPU backend: WGSL that runs once for each number of a flat range. */
import type * as tf from "@tensorflow/tfjs";

/** What tfjs's WebGPU backend offers to kernels. Checked against 4.22.0, which deno.json pins. */
export interface WebGpuBackend extends tf.KernelBackend {
  readonly device: GPUDevice;
  makeTensorInfo(shape: number[], dtype: tf.DataType, values?: tf.TypedArray): tf.TensorInfo;
  runWebGPUProgram(
    program: object,
    inputs: tf.TensorInfo[],
    dtype: tf.DataType,
    uniforms?: { type: "int32" | "uint32" | "float32"; data: number[] }[],
  ): tf.TensorInfo;
}

/** A kernel as text. */
export interface Kernel {
  /** Unlike that of any other: tfjs keeps compiled kernels by it. */
  readonly name: string;
  /** What tensors are called in the code: arrays of their numbers. */
  readonly inputs: readonly string[];
  /** Numbers that the code finds in `uniforms`, by name. */
  readonly numbers?: readonly string[];
  /** Functions that `body` uses. */
  readonly functions?: string;
  /** Statements that run for each `index` from 0 to `uniforms.count - 1` and write to `result`. */
  readonly body: string;
}

const workgroup = 64;

/**
 * Runs a kernel.
 *
 * @param count how often its body runs
 * @param shape of what it writes
 * @param numbers unsigned 32-bit, in the order that the kernel names them in
 */
export function runKernel(
  backend: WebGpuBackend,
  kernel: Kernel,
  inputs: readonly tf.TensorInfo[],
  call: { count: number; shape: readonly number[]; dtype?: tf.DataType; numbers?: readonly number[] },
): tf.TensorInfo {
  const { count, shape, dtype = "float32", numbers = [] } = call;
  const size = sizeOf(shape);
  const program = {
    variableNames: [...kernel.inputs],
    outputShape: [size],
    dispatchLayout: { x: [0] },
    dispatch: [Math.ceil(count / workgroup), 1, 1],
    workgroupSize: [workgroup, 1, 1],
    uniforms: ["count", ...kernel.numbers ?? []].map((name) => `${name} : u32, `).join(""),
    shaderKey: `denoise ${kernel.name}`,
    getUserCode: () => `
      ${kernel.functions ?? ""}
      fn main(at : i32) {
        let index = u32(at);
        if (index >= uniforms.count) { return; }
        ${kernel.body}
      }`,
  };
  // Flat, as tfjs's shaders know at most six dimensions.
  const flat = inputs.map((input) => ({ ...input, shape: [sizeOf(input.shape)] }));
  const uniforms = [count, ...numbers].map((value) => ({ type: "uint32" as const, data: [value >>> 0] }));
  return { ...backend.runWebGPUProgram(program, flat, dtype, uniforms), shape: [...shape] };
}

const sizeOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);
