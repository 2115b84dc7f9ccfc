/** Kernels that resize images. */
import {
  add,
  broadcast,
  concat,
  constant,
  convert,
  dot,
  mul,
  reshape,
  slice,
  transpose,
  type Value,
} from "../stablehlo/mod.ts";
import { fastConcat } from "./fast_concat.ts";
import { unfused } from "./convolve.ts";
import * as together from "./doubling.ts";
import { settings } from "./settings.ts";
import type { DeviceKernels } from "./types.ts";

interface Attributes {
  readonly size: [height: number, width: number];
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

/** Where each pixel of the output lies in the input, in pixels. */
function sources(input: number, output: number, { alignCorners, halfPixelCenters }: Attributes): number[] {
  const scale = alignCorners && output > 1 ? (input - 1) / (output - 1) : input / output;
  return Array.from({ length: output }, (_, i) => halfPixelCenters ? (i + 0.5) * scale - 0.5 : i * scale);
}

/** A matrix `[output, input]` of weights. */
type Weights = number[][];

function bilinearWeights(input: number, output: number, attributes: Attributes): Weights {
  return sources(input, output, attributes).map((at) => {
    const low = Math.max(0, Math.floor(at)), high = Math.min(input - 1, Math.ceil(at));
    const share = at - Math.floor(at);
    const row = Array.from({ length: input }, () => 0);
    row[Math.min(low, input - 1)]! += 1 - share;
    row[high]! += share;
    return row;
  });
}

function nearestWeights(input: number, output: number, attributes: Attributes): Weights {
  return sources(input, output, attributes).map((at, i) => {
    const scale = attributes.alignCorners && output > 1 ? (input - 1) / (output - 1) : input / output;
    const exact = attributes.halfPixelCenters ? (i + 0.5) * scale : at;
    const place = attributes.alignCorners ? Math.round(exact) : Math.floor(exact);
    const row = Array.from({ length: input }, () => 0);
    row[Math.max(0, Math.min(input - 1, place))] = 1;
    return row;
  });
}

const transposed = (weights: Weights): Weights => weights[0]!.map((_, column) => weights.map((row) => row[column]!));

/** Applies a matrix of weights along an axis; in float32 also in mixed precision, as images are not activations of a network. */
function along(x: Value, axis: 1 | 2, weights: Weights): Value {
  const matrix = constant(weights.flat(), [weights.length, weights[0]!.length], "f32");
  const mixed = unfused(dot(x, matrix, { contract: [[axis], [1]], exact: settings.platform !== "cpu" }));
  const order = axis === 1 ? [0, 3, 1, 2] : [0, 1, 3, 2];
  return transpose(mixed, order);
}

/** Doubling with half-pixel centres: each pixel becomes two, a quarter of the neighbour mixed in. */
function double(x: Value, axis: 1 | 2): Value {
  const n = x.shape[axis]!;
  const part = (from: number, to: number) =>
    slice(x, x.shape.map((_, i) => i === axis ? from : 0), x.shape.map((m, i) => i === axis ? to : m));
  const before = n === 1 ? x : concat([part(0, 1), part(0, n - 1)], axis);
  const after = n === 1 ? x : concat([part(1, n), part(n - 1, n)], axis);
  const own = mul(x, 0.75);
  const pair = [add(own, mul(before, 0.25)), add(own, mul(after, 0.25))];
  const wide = pair.map((half) => reshape(half, [...x.shape.slice(0, axis + 1), 1, ...x.shape.slice(axis + 1)]));
  return reshape(fastConcat(wide, axis + 1), x.shape.map((m, i) => i === axis ? 2 * m : m));
}

/** The adjoint of `double`. */
function halve(dy: Value, axis: 1 | 2): Value {
  const n = dy.shape[axis]! / 2;
  const apart = reshape(dy, [...dy.shape.slice(0, axis), n, 2, ...dy.shape.slice(axis + 1)]);
  const cut = (x: Value, at: number, from: number, to: number) =>
    slice(x, x.shape.map((_, i) => i === at ? from : 0), x.shape.map((m, i) => i === at ? to : m));
  const half = (i: number) => reshape(cut(apart, axis + 1, i, i + 1), dy.shape.map((m, i) => i === axis ? n : m));
  const [first, second] = [half(0), half(1)];
  const after = concat([cut(first, axis, 1, n), cut(second, axis, n - 1, n)], axis);
  const before = concat([cut(first, axis, 0, 1), cut(second, axis, 0, n - 1)], axis);
  return add(mul(add(first, second), 0.75), mul(add(before, after), 0.25));
}

// A CPU takes one axis after the other: it would compute what both share again and again.
const doubled = (x: Value) => settings.platform === "cpu" ? double(double(x, 1), 2) : together.double(x);
const halved = (dy: Value) => settings.platform === "cpu" ? halve(halve(dy, 1), 2) : together.halve(dy);

const doubles = (
  [small, large]: readonly (readonly number[])[],
  { alignCorners, halfPixelCenters }: Partial<Attributes>,
) => halfPixelCenters === true && alignCorners !== true && large![0] === 2 * small![0]! && large![1] === 2 * small![1]!;

function resize(x: Value, attributes: Attributes, weightsOf: typeof bilinearWeights): Value {
  const [, height, width] = x.shape as [number, number, number, number];
  const [tall, wide] = attributes.size;
  const rows = along(x, 1, weightsOf(height, tall, attributes));
  return along(rows, 2, weightsOf(width, wide, attributes));
}

function bilinear(x: Value, attributes: Attributes): Value {
  if (doubles([x.shape.slice(1, 3), attributes.size], attributes)) return doubled(x);
  return resize(x, attributes, bilinearWeights);
}

/** Enlarging by whole factors repeats pixels. */
function nearest(x: Value, attributes: Attributes): Value {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const [tall, wide] = attributes.size;
  const [m, n] = [tall / height, wide / width];
  if (!attributes.alignCorners && Number.isInteger(m) && Number.isInteger(n)) {
    return reshape(broadcast(x, [batch, height, m, width, n, channels], [0, 1, 3, 5]), [batch, tall, wide, channels]);
  }
  return convert(resize(convert(x, "f32"), attributes, nearestWeights), x.dtype);
}

/** The adjoint of a resize: the same weights, transposed. */
function gradient(dy: Value, images: Value, attributes: Attributes, weightsOf: typeof bilinearWeights): Value {
  const [, height, width] = images.shape as [number, number, number, number];
  const [, tall, wide] = dy.shape as [number, number, number, number];
  const rows = along(dy, 1, transposed(weightsOf(height, tall, attributes)));
  return along(rows, 2, transposed(weightsOf(width, wide, attributes)));
}

export const resizing: DeviceKernels = {
  ResizeBilinear: ({ images }, attributes) => bilinear(convert(images!, "f32"), attributes),
  ResizeNearestNeighbor: ({ images }, attributes) => nearest(images!, attributes),
  ResizeBilinearGrad: ({ dy, images }, attributes) =>
    doubles([images!.shape.slice(1, 3), dy!.shape.slice(1, 3)], attributes)
      ? halved(dy!)
      : gradient(dy!, images!, attributes, bilinearWeights),
  DenoiseDoublingAdjoint: ({ dy }) => halved(dy!),
  ResizeNearestNeighborGrad: ({ dy, images }, attributes) => gradient(dy!, images!, attributes, nearestWeights),
};
