/** The convolution kernels of tfjs's wasm backend: our own where they fit, tfjs's or a slower way otherwise. */
import * as tf from "@tensorflow/tfjs";
import {
  type ConvolutionAttributes,
  fits,
  fitsFilterGradient,
  type Geometry,
  geometryOf,
  runConvolution,
  runFilterGradient,
  turned,
} from "./convolution.ts";
import { filterGradientByConvolution } from "./filter_gradient.ts";
import { WasmRuntime } from "./wasm_runtime.ts";

type Own = tf.KernelFunc | undefined;
type Call = Parameters<tf.KernelFunc>[0];

function otherwise(own: Own, name: string, call: Call) {
  if (own === undefined) throw new Error(`Cannot find the kernel "${name}" of tfjs's wasm backend`);
  return own(call);
}

/** The product of matrices as a convolution with a filter of one pixel; undefined where it is none. */
function runMatMul(call: Call): tf.TensorInfo | undefined {
  const { a, b } = call.inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
  const { transposeA, transposeB } = call.attrs as { transposeA: boolean; transposeB: boolean };
  const one = b.shape.slice(0, -2).every((n) => n === 1) && a.dtype === "float32" && b.dtype === "float32";
  if (transposeA || !one || a.shape.length < 2 || b.shape.length > a.shape.length) return undefined;
  const [inner, columns] = transposeB ? [b.shape.at(-1)!, b.shape.at(-2)!] : [b.shape.at(-2)!, b.shape.at(-1)!];
  const rows = tf.util.sizeFromShape(a.shape.slice(0, -1));
  // Rows of the matrix as pixels of a picture, so that threads can share them.
  const width = [64, 32, 16, 8, 4].find((n) => rows % n === 0) ?? rows;
  const geometry: Geometry = {
    ...{ batch: 1, input: [rows / width, width, inner], output: [rows / width, width, columns] },
    ...{ filter: [1, 1], pad: [0, 0] },
  };
  if (!fits(geometry)) return undefined;
  const runtime = WasmRuntime.of(call.backend as tf.KernelBackend);
  const { dataId } = runConvolution(runtime, geometry, a, b, { around: transposeB });
  return { dataId, shape: [...a.shape.slice(0, -1), columns], dtype: "float32" };
}

/** Kernels by name; each is made from tfjs's own. */
export const convolutionKernels: Readonly<Record<string, (own: Own) => tf.KernelFunc>> = {
  BatchMatMul: (own) => (call) => runMatMul(call) ?? otherwise(own, "BatchMatMul", call),

  Conv2D: (own) => (call) => {
    const { x, filter } = call.inputs as { x: tf.TensorInfo; filter: tf.TensorInfo };
    const geometry = geometryOf(x.shape, filter.shape, call.attrs as unknown as ConvolutionAttributes);
    if (geometry === undefined || !fits(geometry)) return otherwise(own, "Conv2D", call);
    return runConvolution(WasmRuntime.of(call.backend as tf.KernelBackend), geometry, x, filter);
  },

  FusedConv2D: (own) => (call) => {
    const { x, filter, bias } = call.inputs as { x: tf.TensorInfo; filter: tf.TensorInfo; bias?: tf.TensorInfo };
    const { activation, ...attributes } = call.attrs as unknown as ConvolutionAttributes & { activation: string };
    const geometry = geometryOf(x.shape, filter.shape, attributes);
    const plain = activation === "linear" && (bias === undefined || bias.shape.length === 1);
    if (geometry === undefined || !plain || !fits(geometry)) return otherwise(own, "FusedConv2D", call);
    return runConvolution(WasmRuntime.of(call.backend as tf.KernelBackend), geometry, x, filter, { bias });
  },

  Conv2DBackpropInput: (own) => (call) => {
    const { dy, filter } = call.inputs as { dy: tf.TensorInfo; filter: tf.TensorInfo };
    const { inputShape, ...attributes } = call.attrs as unknown as ConvolutionAttributes & { inputShape: number[] };
    const geometry = geometryOf(inputShape, filter.shape, attributes);
    const around = geometry && turned(geometry);
    if (around === undefined) return otherwise(own, "Conv2DBackpropInput", call);
    if (!fits(around)) return inputGradientByConvolution(dy as tf.Tensor4D, filter as tf.Tensor4D, around);
    return runConvolution(WasmRuntime.of(call.backend as tf.KernelBackend), around, dy, filter, { around: true });
  },

  Conv2DBackpropFilter: () => (call) => {
    const { x, dy } = call.inputs as { x: tf.Tensor4D; dy: tf.Tensor4D };
    const attributes = call.attrs as unknown as Parameters<typeof filterGradientByConvolution>[2];
    const geometry = geometryOf(x.shape, attributes.filterShape, attributes);
    if (geometry === undefined || !fitsFilterGradient(geometry)) return filterGradientByConvolution(x, dy, attributes);
    return runFilterGradient(WasmRuntime.of(call.backend as tf.KernelBackend), geometry, x, dy);
  },
};

/** The input gradient by tfjs's convolution, which is ten times as fast as tfjs's input gradient. */
function inputGradientByConvolution(
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  { input, output, filter: size, pad: [top, left] }: NonNullable<ReturnType<typeof turned>>,
): tf.Tensor4D {
  const below = output[0] + size[0] - 1 - input[0] - top;
  const right = output[1] + size[1] - 1 - input[1] - left;
  return tf.tidy(() => {
    const around = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]) as tf.Tensor4D;
    return tf.conv2d(dy, around, 1, [[0, 0], [top, below], [left, right], [0, 0]]);
  });
}
