/** Kernels that tfjs's wasm backend lacks or has wrong, and that are too rare to be fast: loops on the host. */
import * as tf from "@tensorflow/tfjs";

type Backend = tf.KernelBackend & {
  typedArrayFromHeap(info: tf.TensorInfo): Float32Array | Int32Array;
  makeOutput(shape: readonly number[], dtype: tf.DataType): tf.TensorInfo;
};

/** Sums rows that go to the same segment: the gradient of `tf.gather`. */
const unsortedSegmentSum: tf.KernelFunc = ({ inputs, attrs, backend }) => {
  const { x, segmentIds } = inputs as { x: tf.TensorInfo; segmentIds: tf.TensorInfo };
  const { numSegments } = attrs as unknown as { numSegments: number };
  const wasm = backend as Backend;
  const shape = [numSegments, ...x.shape.slice(segmentIds.shape.length)];
  const out = wasm.makeOutput(shape, x.dtype);
  const sums = wasm.typedArrayFromHeap(out).fill(0);
  const values = wasm.typedArrayFromHeap(x);
  const ids = wasm.typedArrayFromHeap(segmentIds);
  const width = numSegments === 0 ? 0 : sums.length / numSegments;
  for (let row = 0; row < ids.length; row++) {
    const segment = ids[row]!;
    if (segment < 0 || segment >= numSegments) continue;
    for (let i = 0; i < width; i++) sums[segment * width + i]! += values[row * width + i]!;
  }
  return out;
};

interface Depthwise {
  readonly strides: number | [number, number];
  readonly dilations: number | [number, number];
  readonly pad: "same" | "valid" | number | tf.backend_util.ExplicitPadding;
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
}
type Shape4 = [number, number, number, number];

/** Calls `visit` with the offsets of each product of a depthwise convolution: in x, in the filter, in the output. */
function eachTap(x: Shape4, filter: Shape4, attributes: Depthwise, visit: (x: number, f: number, y: number) => void) {
  const { strides, dilations, pad, dimRoundingMode } = attributes;
  const info = tf.backend_util.computeConv2DInfo(x, filter, strides, dilations, pad, dimRoundingMode, true);
  const [batch, height, width, channels] = x;
  const [rows, columns, , multiplier] = filter;
  for (let n = 0; n < batch; n++) {
    for (let i = 0; i < info.outHeight; i++) {
      for (let j = 0; j < info.outWidth; j++) {
        for (let r = 0; r < rows; r++) {
          const h = i * info.strideHeight + r * info.dilationHeight - info.padInfo.top;
          if (h < 0 || h >= height) continue;
          for (let c = 0; c < columns; c++) {
            const w = j * info.strideWidth + c * info.dilationWidth - info.padInfo.left;
            if (w < 0 || w >= width) continue;
            const from = ((n * height + h) * width + w) * channels;
            const tap = (r * columns + c) * channels * multiplier;
            const to = ((n * info.outHeight + i) * info.outWidth + j) * channels * multiplier;
            for (let m = 0; m < channels * multiplier; m++) visit(from + Math.floor(m / multiplier), tap + m, to + m);
          }
        }
      }
    }
  }
}

const depthwiseBackpropInput: tf.KernelFunc = ({ inputs, attrs, backend }) => {
  const { dy, filter } = inputs as { dy: tf.TensorInfo; filter: tf.TensorInfo };
  const attributes = attrs as unknown as Depthwise & { inputShape: Shape4 };
  const wasm = backend as Backend;
  const out = wasm.makeOutput(attributes.inputShape, "float32");
  const dx = wasm.typedArrayFromHeap(out).fill(0);
  const upstream = wasm.typedArrayFromHeap(dy);
  const kernel = wasm.typedArrayFromHeap(filter);
  eachTap(attributes.inputShape, filter.shape as Shape4, attributes, (x, f, y) => dx[x]! += upstream[y]! * kernel[f]!);
  return out;
};

const depthwiseBackpropFilter: tf.KernelFunc = ({ inputs, attrs, backend }) => {
  const { x, dy } = inputs as { x: tf.TensorInfo; dy: tf.TensorInfo };
  const attributes = attrs as unknown as Depthwise & { filterShape: Shape4 };
  const wasm = backend as Backend;
  const out = wasm.makeOutput(attributes.filterShape, "float32");
  // In float64: thousands of pixels add up.
  const sums = new Float64Array(tf.util.sizeFromShape(attributes.filterShape));
  const upstream = wasm.typedArrayFromHeap(dy);
  const images = wasm.typedArrayFromHeap(x);
  eachTap(x.shape as Shape4, attributes.filterShape, attributes, (x, f, y) => sums[f]! += upstream[y]! * images[x]!);
  wasm.typedArrayFromHeap(out).set(sums);
  return out;
};

/** tfjs's own copies. */
const identity: tf.KernelFunc = ({ inputs, backend }) => {
  const { dataId, shape, dtype } = inputs.x as tf.TensorInfo;
  (backend as Backend).incRef(dataId);
  return { dataId, shape, dtype };
};

/** Repeats rows of numbers; tfjs's own computes a place for each. */
const tile: tf.KernelFunc = ({ inputs, attrs, backend }) => {
  const { x } = inputs as { x: tf.TensorInfo };
  const { reps } = attrs as unknown as { reps: number[] };
  const wasm = backend as Backend;
  const out = wasm.makeOutput(x.shape.map((n, axis) => n * reps[axis]!), x.dtype);
  const [from, to] = [wasm.typedArrayFromHeap(x), wasm.typedArrayFromHeap(out)];
  const write = (axis: number, source: number, target: number): number => {
    if (axis === x.shape.length) return to[target] = from[source]!, 1;
    const inside = tf.util.sizeFromShape(x.shape.slice(axis + 1));
    let written = 0;
    if (reps.slice(axis + 1).every((n) => n === 1)) {
      written = x.shape[axis]! * inside;
      to.set(from.subarray(source, source + written), target);
    } else {
      for (let i = 0; i < x.shape[axis]!; i++) written += write(axis + 1, source + i * inside, target + written);
    }
    // What is written is copied, twice as much each time.
    const total = written * reps[axis]!;
    for (let done = written; done < total; done *= 2) {
      to.copyWithin(target + done, target, target + Math.min(done, total - done));
    }
    return total;
  };
  if (to.length > 0) write(0, 0, 0);
  return out;
};

/** tfjs's own goes wrong where windows overlap or reach over the border. The first of equal pixels gets it all. */
const maxPoolGrad: tf.KernelFunc = ({ inputs, attrs, backend }) => {
  const { dy, input } = inputs as { dy: tf.TensorInfo; input: tf.TensorInfo };
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as Depthwise & {
    filterSize: [number, number];
  };
  const [batch, height, width, channels] = input.shape as Shape4;
  const shape: Shape4 = [batch, height, width, channels];
  const info = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
  const wasm = backend as Backend;
  const out = wasm.makeOutput(shape, "float32");
  const dx = wasm.typedArrayFromHeap(out).fill(0);
  const upstream = wasm.typedArrayFromHeap(dy);
  const images = wasm.typedArrayFromHeap(input);
  const { outHeight, outWidth, strideHeight, strideWidth, filterHeight, filterWidth, padInfo: { top, left } } = info;
  for (let to = 0; to < upstream.length; to++) {
    const channel = to % channels;
    const pixel = (to - channel) / channels;
    const [column, row, n] = [
      pixel % outWidth,
      Math.floor(pixel / outWidth) % outHeight,
      Math.floor(pixel / outWidth / outHeight),
    ];
    const [firstRow, firstColumn] = [row * strideHeight - top, column * strideWidth - left];
    let largest = -1;
    for (let h = Math.max(firstRow, 0); h < Math.min(firstRow + filterHeight, height); h++) {
      for (let w = Math.max(firstColumn, 0); w < Math.min(firstColumn + filterWidth, width); w++) {
        const from = ((n * height + h) * width + w) * channels + channel;
        if (largest < 0 || images[from]! > images[largest]!) largest = from;
      }
    }
    dx[largest]! += upstream[to]!;
  }
  return out;
};

/** Kernels by name. */
export const hostKernels: Readonly<Record<string, tf.KernelFunc>> = {
  Identity: identity,
  Tile: tile,
  MaxPoolGrad: maxPoolGrad,
  UnsortedSegmentSum: unsortedSegmentSum,
  DepthwiseConv2dNativeBackpropInput: depthwiseBackpropInput,
  DepthwiseConv2dNativeBackpropFilter: depthwiseBackpropFilter,
};
