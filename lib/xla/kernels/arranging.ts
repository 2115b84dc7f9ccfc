/** Kernels that move elements: slices, padding, joining, transposing, repeating. */
import * as tf from "@tensorflow/tfjs";
import {
  barrier,
  broadcast,
  broadcastTo,
  bytesOf,
  compare,
  concat,
  constant,
  convert,
  full,
  iota,
  pad,
  reshape,
  reverse,
  select,
  sizeOf,
  slice,
  transpose,
  type Value,
} from "../stablehlo/mod.ts";
import { fastConcat } from "./fast_concat.ts";
import { axesOf } from "./reductions.ts";
import { type DeviceKernels, listInputs } from "./types.ts";

/** Slices with strides that may be negative. */
function strided(x: Value, attributes: {
  begin: number[];
  end: number[];
  strides: number[];
  beginMask: number;
  endMask: number;
  ellipsisMask: number;
  newAxisMask: number;
  shrinkAxisMask: number;
}): Value {
  const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attributes;
  const info = tf.slice_util.sliceInfo(
    x.shape as number[],
    begin,
    end,
    strides,
    beginMask,
    endMask,
    ellipsisMask,
    newAxisMask,
    shrinkAxisMask,
  );
  const { begin: from, end: to, strides: steps, finalShape, finalShapeSparse } = info;
  if (sizeOf(finalShapeSparse) === 0 || sizeOf(finalShape) === 0) return constant([], finalShape, x.dtype);
  const back = steps.flatMap((step, axis) => step < 0 ? [axis] : []);
  const starts: number[] = [], limits: number[] = [], forward: number[] = [];
  steps.forEach((step, axis) => {
    const n = x.shape[axis]!;
    const count = Math.max(0, Math.ceil((to[axis]! - from[axis]!) / step));
    const start = step < 0 ? n - 1 - from[axis]! : from[axis]!;
    starts.push(start);
    limits.push(count === 0 ? start : start + (count - 1) * Math.abs(step) + 1);
    forward.push(Math.abs(step));
  });
  return reshape(slice(reverse(x, back), starts, limits, forward), finalShape);
}

function tile(x: Value, reps: readonly number[]): Value {
  const spread = x.shape.flatMap((n, axis) => [reps[axis]!, n]);
  const wide = broadcast(x, spread, x.shape.map((_, axis) => 2 * axis + 1));
  return reshape(wide, x.shape.map((n, axis) => n * reps[axis]!));
}

/** Pads by mirroring; `reflect` does not repeat the edge. */
function mirrorPad(x: Value, paddings: readonly [number, number][], mode: "reflect" | "symmetric"): Value {
  const edge = mode === "reflect" ? 1 : 0;
  return paddings.reduce((value, [before, after], axis) => {
    const n = value.shape[axis]!;
    const part = (from: number, to: number) =>
      slice(value, value.shape.map((_, i) => i === axis ? from : 0), value.shape.map((m, i) => i === axis ? to : m));
    const parts = [
      ...(before > 0 ? [reverse(part(edge, edge + before), [axis])] : []),
      value,
      ...(after > 0 ? [reverse(part(n - edge - after, n - edge), [axis])] : []),
    ];
    return concat(parts, axis);
  }, x);
}

/** Joins values; empty ones are passed over, as in tfjs. */
function join(values: readonly Value[], axis: number): Value {
  const at = axis < 0 ? axis + values[0]!.rank : axis;
  const shapes = values.map(({ shape }) => [...shape]);
  tf.backend_util.assertParamsConsistent(shapes, at);
  const some = values.filter(({ size }) => size > 0);
  if (some.length > 0) return fastConcat(some, at);
  return constant([], tf.backend_util.computeOutShape(shapes, at), values[0]!.dtype);
}

function split(x: Value, numOrSizeSplits: number | number[], axis: number): Value[] {
  const at = axis < 0 ? axis + x.rank : axis;
  const sizes = tf.backend_util.prepareSplitSize({ shape: x.shape } as tf.Tensor, numOrSizeSplits, at);
  let from = 0;
  return sizes.map((size) => {
    const part = slice(
      x,
      x.shape.map((_, i) => i === at ? from : 0),
      x.shape.map((n, i) => i === at ? from + size : n),
    );
    from += size;
    return part;
  });
}

/** Blocks of pixels to channels, or the other way round. */
function depthToSpace(x: Value, block: number, format: "NHWC" | "NCHW"): Value {
  const [batch, a, b, c] = x.shape as [number, number, number, number];
  if (format === "NHWC") {
    const depth = c / (block * block);
    const apart = reshape(x, [batch, a, b, block, block, depth]);
    return reshape(transpose(apart, [0, 1, 3, 2, 4, 5]), [batch, a * block, b * block, depth]);
  }
  const depth = a / (block * block);
  const apart = reshape(x, [batch, block, block, depth, b, c]);
  return reshape(transpose(apart, [0, 3, 4, 1, 5, 2]), [batch, depth, b * block, c * block]);
}

function spaceToBatch(x: Value, blocks: readonly number[], paddings: readonly [number, number][]): Value {
  const all = [[0, 0], ...paddings, ...x.shape.slice(1 + blocks.length).map(() => [0, 0])] as [number, number][];
  const padded = pad(x, all.map(([before]) => before), all.map(([, after]) => after));
  const m = blocks.length;
  const [batch, ...rest] = padded.shape;
  const inner = rest.slice(0, m).flatMap((n, i) => [n / blocks[i]!, blocks[i]!]);
  const apart = reshape(padded, [batch!, ...inner, ...rest.slice(m)]);
  const order = [
    ...blocks.map((_, i) => 2 * i + 2),
    0,
    ...blocks.map((_, i) => 2 * i + 1),
    ...rest.slice(m).map((_, i) => 1 + 2 * m + i),
  ];
  const shape = [batch! * sizeOf(blocks), ...rest.slice(0, m).map((n, i) => n / blocks[i]!), ...rest.slice(m)];
  return reshape(transpose(apart, order), shape);
}

function batchToSpace(x: Value, blocks: readonly number[], crops: readonly [number, number][]): Value {
  const m = blocks.length;
  const [batch, ...rest] = x.shape;
  const items = batch! / sizeOf(blocks);
  const apart = reshape(x, [...blocks, items, ...rest]);
  const order = [m, ...blocks.flatMap((_, i) => [m + 1 + i, i]), ...rest.slice(m).map((_, i) => 2 * m + 1 + i)];
  const shape = [items, ...rest.slice(0, m).map((n, i) => n * blocks[i]!), ...rest.slice(m)];
  const whole = reshape(transpose(apart, order), shape);
  const starts = shape.map((_, i) => i >= 1 && i <= m ? crops[i - 1]![0] : 0);
  return slice(whole, starts, shape.map((n, i) => i >= 1 && i <= m ? n - crops[i - 1]![1] : n));
}

/** A square matrix (of any even rank) with `x` on its diagonal. */
function diagonal(x: Value): Value {
  const n = x.size;
  const on = compare("EQ", iota([n, n], "i32", 0), iota([n, n], "i32", 1));
  const rows = broadcast(reshape(x, [n]), [n, n], [1]);
  return reshape(select(on, rows, full([n, n], x.dtype, 0)), [...x.shape, ...x.shape]);
}

export const arranging: DeviceKernels = {
  Slice: ({ x }, { begin, size }) => {
    const [starts, sizes] = tf.slice_util.parseSliceParams({ shape: x!.shape } as tf.Tensor, begin, size) as [
      number[],
      number[],
    ];
    return slice(x!, starts, starts.map((start, i) => start + sizes[i]!));
  },
  DenoiseRounded: ({ x }) => barrier([x!])[0]!,
  DenoiseUnpackBytes: ({ words }) => {
    const [rows, count] = words!.shape as [number, number];
    return convert(reshape(bytesOf(words!), [rows, 4 * count]), "i32");
  },
  StridedSlice: ({ x }, attributes) => strided(x!, attributes),
  PadV2: ({ x }, { paddings, constantValue }) =>
    pad(x!, paddings.map(([n]: number[]) => n), paddings.map(([, n]: number[]) => n), constantValue),
  MirrorPad: ({ x }, { paddings, mode }) => mirrorPad(x!, paddings, mode),
  Concat: (inputs, { axis }) => join(listInputs(inputs), axis),
  SplitV: ({ x }, { numOrSizeSplits, axis }) => split(x!, numOrSizeSplits, axis),
  Pack: (inputs, { axis }) => {
    const values = listInputs(inputs);
    const at = axis < 0 ? axis + values[0]!.rank + 1 : axis;
    return concat(
      values.map((value) => reshape(value, [...value.shape.slice(0, at), 1, ...value.shape.slice(at)])),
      at,
    );
  },
  Unpack: ({ value }, { axis }) => {
    const at = axis < 0 ? axis + value!.rank : axis;
    const rest = value!.shape.filter((_, i) => i !== at);
    return Array.from({ length: value!.shape[at]! }, (_, i) =>
      reshape(
        slice(
          value!,
          value!.shape.map((_, j) => j === at ? i : 0),
          value!.shape.map((n, j) => j === at ? i + 1 : n),
        ),
        rest,
      ));
  },
  Transpose: ({ x }, { perm }) => transpose(x!, perm),
  Reverse: ({ x }, { dims }) => reverse(x!, axesOf(x!, dims)),
  Tile: ({ x }, { reps }) => tile(x!, reps),
  BroadcastTo: ({ x }, { shape }) => broadcastTo(x!, shape),
  DepthToSpace: ({ x }, { blockSize, dataFormat }) => depthToSpace(x!, blockSize, dataFormat),
  SpaceToBatchND: ({ x }, { blockShape, paddings }) => spaceToBatch(x!, blockShape, paddings),
  BatchToSpaceND: ({ x }, { blockShape, crops }) => batchToSpace(x!, blockShape, crops),
  Diag: ({ x }) => diagonal(x!),
};
