/** Sums over pixels, layers of normalisation and activation in few passes, for tfjs's WebGPU backend. */
import * as tf from "@tensorflow/tfjs";
import { fusedKernels } from "../fused.ts";
import { type Kernel, runKernel, type WebGpuBackend } from "./program.ts";

type Call = Parameters<tf.KernelFunc>[0];
type Info = tf.TensorInfo;

const gpuOf = (call: Call) => call.backend as WebGpuBackend;
const countOf = ({ shape }: Info) => tf.util.sizeFromShape(shape);
const channelsOf = ({ shape }: Info) => shape.at(-1)!;

/** A function of numbers at the same place. */
function each(call: Call, kernel: Kernel, inputs: readonly Info[], numbers: readonly number[] = []): Info {
  const [{ shape }] = inputs as [Info];
  return runKernel(gpuOf(call), kernel, inputs, { count: countOf(inputs[0]!), shape, numbers });
}

const sumOf = (name: string, inputs: readonly string[], value: string): Kernel => ({
  name: `columns ${name}`,
  inputs, // all of them are used: the layout of a pipeline has no others
  numbers: ["rows", "channels", "factor"],
  body: `
    let channel = index % uniforms.channels;
    let chunk = index / uniforms.channels;
    var sum = 0.0;
    for (var row = chunk * ${chunkRows}u; row < min((chunk + 1u) * ${chunkRows}u, uniforms.rows); row++) {
      let at = row * uniforms.channels + channel;
      sum += ${value};
    }
    result[index] = sum * bitcast<f32>(uniforms.factor);`,
});

const chunkRows = 64;
const sums = {
  values: sumOf("values", ["a"], "a[at]"),
  products: sumOf("products", ["a", "b"], "a[at] * b[at]"),
  distances: sumOf("distances", ["a", "b"], "(a[at] - b[channel]) * (a[at] - b[channel])"),
};

/** The 32 bits of a float, as kernels take numbers. */
const bitsOf = (value: number) => new Uint32Array(Float32Array.of(value).buffer)[0]!;

/** Sums of a function of `a` and `b` over all but the last dimension, times a factor. In chunks, which keeps digits. */
function columns(gpu: WebGpuBackend, what: keyof typeof sums, a: Info, b: Info, factor: number): Info {
  const channels = channelsOf(a);
  let rows = countOf(a) / channels;
  let [from, kernel] = [a, sums[what]];
  do {
    const chunks = Math.ceil(rows / chunkRows);
    const numbers = [rows, channels, bitsOf(chunks === 1 ? factor : 1)];
    const inputs = kernel === sums.values ? [from] : [from, b];
    const next = runKernel(gpu, kernel, inputs, { count: chunks * channels, shape: [chunks * channels], numbers });
    if (from !== a) gpu.disposeData(from.dataId);
    [from, kernel, rows] = [next, sums.values, chunks];
  } while (rows > 1);
  return { ...from, shape: [channels] };
}

/** Sum or mean over all axes but the last; undefined where others are asked for. */
function reduceToChannels(call: Call, divide: boolean): Info | undefined {
  const { x } = call.inputs as { x: Info };
  const { axis, keepDims } = call.attrs as unknown as { axis: number | number[]; keepDims: boolean };
  const axes = tf.util.parseAxisParam(axis, x.shape);
  const count = countOf(x);
  if (x.dtype !== "float32" || count === 0 || x.shape.length < 2 || axes.length !== x.shape.length - 1) {
    return undefined;
  }
  if (axes.includes(x.shape.length - 1)) return undefined;
  const channels = channelsOf(x);
  const out = columns(gpuOf(call), "values", x, x, divide ? channels / count : 1);
  return keepDims ? { ...out, shape: [...axes.map(() => 1), channels] } : out;
}

const swish: Kernel = {
  name: "swish",
  inputs: ["x"],
  body: "result[index] = x[index] / (1.0 + exp(min(-x[index], 88.0)));",
};

const swishGradient: Kernel = {
  name: "swish gradient",
  inputs: ["dy", "x"],
  body: `
    let sigmoid = 1.0 / (1.0 + exp(min(-x[index], 88.0)));
    result[index] = dy[index] * sigmoid * (1.0 + x[index] * (1.0 - sigmoid));`,
};

const normalizeGradient: Kernel = {
  name: "normalize gradient",
  inputs: ["dy", "output", "byMean", "byVariance", "inverse"],
  numbers: ["channels"],
  body: `
    let c = index % uniforms.channels;
    result[index] = (dy[index] - byMean[c] - output[index] * byVariance[c]) * inverse[c];`,
};

const doublingAdjoint: Kernel = {
  name: "doubling adjoint",
  inputs: ["dy"],
  numbers: ["height", "width", "channels"], // of the result
  body: `
    let channel = index % uniforms.channels;
    let column = (index / uniforms.channels) % uniforms.width;
    let row = (index / uniforms.channels / uniforms.width) % uniforms.height;
    let image = index / uniforms.channels / uniforms.width / uniforms.height;
    let weights = vec4<f32>(0.25, 0.75, 0.75, 0.25);
    var sum = 0.0;
    for (var i = 0u; i < 4u; i++) {
      let y = clamp(2u * row + i, 1u, 2u * uniforms.height) - 1u;
      for (var j = 0u; j < 4u; j++) {
        let x = clamp(2u * column + j, 1u, 2u * uniforms.width) - 1u;
        let at = ((image * 2u * uniforms.height + y) * 2u * uniforms.width + x) * uniforms.channels + channel;
        sum += weights[i] * weights[j] * dy[at];
      }
    }
    result[index] = sum;`,
};

type Own = tf.KernelFunc | undefined;

/** Kernels by name; each is made from tfjs's own. */
export const gpuChannelKernels: Readonly<Record<string, (own: Own) => tf.KernelFunc>> = {
  Sum: (own) => (call) => reduceToChannels(call, false) ?? own!(call),
  Mean: (own) => (call) => reduceToChannels(call, true) ?? own!(call),

  [fusedKernels.swish]: () => (call) => each(call, swish, [call.inputs.x!]),
  [fusedKernels.swishGradient]: () => (call) => each(call, swishGradient, [call.inputs.dy!, call.inputs.x!]),

  [fusedKernels.moments]: () => (call) => {
    const { x } = call.inputs as { x: Info };
    const each = channelsOf(x) / countOf(x);
    const mean = columns(gpuOf(call), "values", x, x, each);
    return [mean, columns(gpuOf(call), "distances", x, mean, each)];
  },

  [fusedKernels.batchNormGradient]: () => (call) => {
    const { dy, output, inverse } = call.inputs as { dy: Info; output: Info; inverse: Info };
    const gpu = gpuOf(call);
    const share = channelsOf(dy) / countOf(dy);
    const byMean = columns(gpu, "values", dy, dy, share);
    const byVariance = columns(gpu, "products", dy, output, share);
    const result = each(call, normalizeGradient, [dy, output, byMean, byVariance, inverse], [channelsOf(dy)]);
    for (const { dataId } of [byMean, byVariance]) gpu.disposeData(dataId);
    return result;
  },

  [fusedKernels.doublingAdjoint]: () => (call) => {
    const { dy } = call.inputs as { dy: Info };
    const [batch, height, width, channels] = dy.shape as [number, number, number, number];
    const shape = [batch, height / 2, width / 2, channels];
    const numbers = shape.slice(1);
    return runKernel(gpuOf(call), doublingAdjoint, [dy], { count: tf.util.sizeFromShape(shape), shape, numbers });
  },
};
