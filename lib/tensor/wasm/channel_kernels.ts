/** Layers of normalisation and activation, sums over pixels, and joins of channels, for tfjs's wasm backend, on all cores. */
import * as tf from "@tensorflow/tfjs";
import { fusedKernels } from "../fused.ts";
import { channelArguments, copyArguments } from "./channel_code.ts";
import { WasmRuntime } from "./wasm_runtime.ts";

type Own = tf.KernelFunc | undefined;
type Call = Parameters<tf.KernelFunc>[0];
type Result = tf.TensorInfo | tf.TensorInfo[];

/** A float32 tensor as pixels by channels; undefined where the channels are not a multiple of 4. */
function matrix({ shape, dtype }: tf.TensorInfo): { rows: number; channels: number } | undefined {
  const channels = shape.at(-1) ?? 0;
  const count = tf.util.sizeFromShape(shape);
  if (dtype !== "float32" || channels % 4 !== 0 || count === 0) return undefined;
  return { rows: count / channels, channels };
}

/** The same where channels do not matter: any tensor of a multiple of 4 numbers. */
function vector({ shape, dtype }: tf.TensorInfo): { rows: number; channels: number } | undefined {
  const count = tf.util.sizeFromShape(shape);
  if (dtype !== "float32" || count % 4 !== 0 || count === 0) return undefined;
  const channels = [1024, 256, 64, 16, 4].find((n) => count % n === 0)!;
  return { rows: count / channels, channels };
}

/** Rows of a task: about 64 KiB. Fixed by the shape alone, so that sums do not depend on the number of threads. */
function chunk({ rows, channels }: { rows: number; channels: number }): { chunkRows: number; tasks: number } {
  const chunkRows = Math.max(1, Math.ceil(2 ** 14 / channels));
  return { chunkRows, tasks: Math.ceil(rows / chunkRows) };
}

/** Runs a function that changes every number. `row` gives numbers for each channel. */
function change(
  runtime: WasmRuntime,
  name: string,
  size: { rows: number; channels: number },
  { a, b }: { a: tf.TensorInfo; b?: tf.TensorInfo },
  row: readonly ArrayLike<number>[] = [],
): tf.TensorInfo {
  const { rows, channels } = size;
  const { chunkRows, tasks } = chunk(size);
  const out = runtime.output(a.shape);
  const room = runtime.allocate(4 * 3 * channels);
  row.forEach((values, i) => runtime.floats(room + 4 * channels * i, channels).set(values));
  runtime.run(name, tasks, channelArguments, {
    ...{
      a: runtime.address(a),
      b: b === undefined ? 0 : runtime.address(b),
      out: runtime.address(out),
      rows,
      chunkRows,
    },
    ...{ channelBytes: 4 * channels, p: room, q: room + 4 * channels, r: room + 8 * channels },
  });
  runtime.free(room);
  return out;
}

/** Runs a function that sums over pixels; calls `chunk` with the two sums of each chunk of rows, in order. */
function sums(
  runtime: WasmRuntime,
  name: string,
  size: { rows: number; channels: number },
  { a, b }: { a: tf.TensorInfo; b?: tf.TensorInfo },
  each: (first: Float32Array, second: Float32Array, rows: number) => void,
): void {
  const { rows, channels } = size;
  const { chunkRows, tasks } = chunk(size);
  const room = runtime.allocate(4 * 2 * channels * tasks);
  runtime.run(name, tasks, channelArguments, {
    ...{ a: runtime.address(a), b: b === undefined ? 0 : runtime.address(b), out: room, rows, chunkRows },
    ...{ channelBytes: 4 * channels, p: 0, q: 0, r: 0 },
  });
  const all = runtime.floats(room, 2 * channels * tasks);
  for (let task = 0; task < tasks; task++) {
    const at = 2 * channels * task;
    const count = Math.min(chunkRows, rows - task * chunkRows);
    each(all.subarray(at, at + channels), all.subarray(at + channels, at + 2 * channels), count);
  }
  runtime.free(room);
}

/** Mean and biased variance of each channel: those of chunks joined as in Chan et al. 1979, eq. 2.1, in float64. */
function moments(runtime: WasmRuntime, x: tf.TensorInfo, size: { rows: number; channels: number }) {
  const mean = new Float64Array(size.channels);
  const squares = new Float64Array(size.channels);
  let seen = 0;
  sums(runtime, "moments", size, { a: x }, (sum, distances, rows) => {
    for (let c = 0; c < mean.length; c++) {
      const step = sum[c]! / rows - mean[c]!;
      mean[c]! += step * rows / (seen + rows);
      squares[c]! += distances[c]! + step * step * seen * rows / (seen + rows);
    }
    seen += rows;
  });
  return { mean, variance: squares.map((value) => value / size.rows) };
}

/** Sums over pixels of `a` and, where `b` is given, of `a * b`. */
function channelSums(runtime: WasmRuntime, size: { rows: number; channels: number }, a: tf.TensorInfo, b = a) {
  const [sum, product] = [new Float64Array(size.channels), new Float64Array(size.channels)];
  sums(runtime, "products", size, { a, b }, (first, second) => {
    for (let c = 0; c < sum.length; c++) sum[c]! += first[c]!, product[c]! += second[c]!;
  });
  return { sum, product };
}

function row(runtime: WasmRuntime, values: ArrayLike<number>): tf.TensorInfo {
  const out = runtime.output([values.length]);
  runtime.floats(runtime.address(out), values.length).set(values);
  return out;
}

/** Sum or mean over all axes but the last; undefined where others are asked for. */
function reduceToChannels(call: Call, divide: boolean): Result | undefined {
  const { x } = call.inputs as { x: tf.TensorInfo };
  const { axis, keepDims } = call.attrs as unknown as { axis: number | number[]; keepDims: boolean };
  const axes = tf.util.parseAxisParam(axis, x.shape);
  const size = matrix(x);
  if (size === undefined || x.shape.length < 2 || axes.length !== x.shape.length - 1) return undefined;
  if (axes.includes(x.shape.length - 1)) return undefined;
  const runtime = WasmRuntime.of(call.backend as tf.KernelBackend);
  const { sum } = channelSums(runtime, size, x);
  const out = row(runtime, divide ? sum.map((value) => value / size.rows) : sum);
  return keepDims ? { ...out, shape: [...axes.map(() => 1), size.channels] } : out;
}

/** Copies `bytes` of each row of a matrix into another. */
function copyColumns(
  runtime: WasmRuntime,
  rows: number,
  from: { address: number; bytes: number },
  to: { address: number; bytes: number },
  bytes: number,
): void {
  const { chunkRows, tasks } = chunk({ rows, channels: bytes / 4 });
  runtime.run("copyColumns", tasks, copyArguments, {
    ...{ from: from.address, fromBytes: from.bytes, to: to.address, toBytes: to.bytes, bytes, rows, chunkRows },
  });
}

function otherwise(own: Own, name: string, call: Call): Result {
  if (own === undefined) throw new Error(`Cannot run the kernel "${name}" on the wasm backend with these inputs`);
  return own(call);
}

/** Kernels by name; each is made from tfjs's own. */
export const channelKernels: Readonly<Record<string, (own: Own) => tf.KernelFunc>> = {
  Sum: (own) => (call) => reduceToChannels(call, false) ?? otherwise(own, "Sum", call),
  Mean: (own) => (call) => reduceToChannels(call, true) ?? otherwise(own, "Mean", call),

  FusedBatchNorm: (own) => (call) => {
    const { x, mean, variance, scale, offset } = call.inputs as Record<string, tf.TensorInfo>;
    const { varianceEpsilon } = call.attrs as unknown as { varianceEpsilon: number };
    const size = matrix(x!);
    const flat = [mean, variance, scale, offset].every((t) => t === undefined || t.shape.length === 1);
    if (size === undefined || !flat) return otherwise(own, "FusedBatchNorm", call);
    const runtime = WasmRuntime.of(call.backend as tf.KernelBackend);
    const values = (t: tf.TensorInfo) => runtime.floats(runtime.address(t), size.channels).slice();
    const scales = scale && values(scale);
    const inverse = values(variance!).map((v, c) => (scales?.[c] ?? 1) / Math.sqrt(v + varianceEpsilon));
    const shift = offset ? values(offset) : new Float32Array(size.channels);
    return change(runtime, "normalize", size, { a: x! }, [values(mean!), inverse, shift]);
  },

  Concat: (own) => (call) => {
    const parts = Object.values(call.inputs as Record<string, tf.TensorInfo>);
    const { axis } = call.attrs as unknown as { axis: number };
    const last = parts[0]!.shape.length - 1;
    const sizes = parts.map((part) => matrix(part));
    if (tf.util.parseAxisParam(axis, parts[0]!.shape)[0] !== last || sizes.some((size) => size === undefined)) {
      return otherwise(own, "Concat", call);
    }
    const runtime = WasmRuntime.of(call.backend as tf.KernelBackend);
    const shape = tf.backend_util.computeOutShape(parts.map((part) => part.shape), last);
    const out = runtime.output(shape);
    let address = runtime.address(out);
    parts.forEach((part, i) => {
      const bytes = 4 * sizes[i]!.channels;
      copyColumns(
        runtime,
        sizes[i]!.rows,
        { address: runtime.address(part), bytes },
        { address, bytes: 4 * shape[last]! },
        bytes,
      );
      address += bytes;
    });
    return out;
  },

  SplitV: (own) => (call) => {
    const { x } = call.inputs as { x: tf.TensorInfo };
    const { numOrSizeSplits, axis } = call.attrs as unknown as { numOrSizeSplits: number | number[]; axis: number };
    const size = matrix(x);
    const at = tf.util.parseAxisParam(axis, x.shape)[0]!;
    if (size === undefined || at !== x.shape.length - 1) return otherwise(own, "SplitV", call);
    const channels = tf.backend_util.prepareSplitSize(x as unknown as tf.Tensor, numOrSizeSplits, at);
    if (channels.some((n) => n % 4 !== 0 || n === 0)) return otherwise(own, "SplitV", call);
    const runtime = WasmRuntime.of(call.backend as tf.KernelBackend);
    const outs = channels.map((n) => runtime.output([...x.shape.slice(0, -1), n]));
    let address = runtime.address(x);
    outs.forEach((out, i) => {
      const bytes = 4 * channels[i]!;
      copyColumns(
        runtime,
        size.rows,
        { address, bytes: 4 * size.channels },
        { address: runtime.address(out), bytes },
        bytes,
      );
      address += bytes;
    });
    return outs;
  },

  [fusedKernels.swish]: () => (call) => {
    const { x } = call.inputs as { x: tf.TensorInfo };
    const runtime = WasmRuntime.of(call.backend as tf.KernelBackend);
    return change(runtime, "swish", vector(x)!, { a: x });
  },

  [fusedKernels.swishGradient]: () => (call) => {
    const { x, dy } = call.inputs as { x: tf.TensorInfo; dy: tf.TensorInfo };
    const runtime = WasmRuntime.of(call.backend as tf.KernelBackend);
    return change(runtime, "swishGradient", vector(x)!, { a: x, b: dy });
  },

  [fusedKernels.moments]: () => (call) => {
    const { x } = call.inputs as { x: tf.TensorInfo };
    const runtime = WasmRuntime.of(call.backend as tf.KernelBackend);
    const { mean, variance } = moments(runtime, x, matrix(x)!);
    return [row(runtime, mean), row(runtime, variance)];
  },

  [fusedKernels.batchNormGradient]: () => (call) => {
    const { dy, output, inverse } = call.inputs as Record<string, tf.TensorInfo>;
    const runtime = WasmRuntime.of(call.backend as tf.KernelBackend);
    const size = matrix(dy!)!;
    const { sum, product } = channelSums(runtime, size, dy!, output!);
    const means = [sum, product].map((values) => values.map((value) => value / size.rows));
    const inverses = runtime.floats(runtime.address(inverse!), size.channels).slice();
    return change(runtime, "normalizeGradient", size, { a: dy!, b: output! }, [...means, inverses]);
  },
};
