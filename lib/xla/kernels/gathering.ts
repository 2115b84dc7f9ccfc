/** Kernels that read and write at places that are data. Places outside give zeros, and take nothing. */
import * as tf from "@tensorflow/tfjs";
import {
  broadcast,
  compare,
  constant,
  full,
  gather,
  iota,
  readable,
  require,
  reshape,
  select,
  sizeOf,
  type Value,
} from "../stablehlo/mod.ts";
import { elementOf } from "./dtypes.ts";
import { addRows, flatPlaces, isInRange, putRows, takeRows } from "./indices.ts";
import type { DeviceKernels } from "./types.ts";

const { segment_util, calculateShapes, prepareAndValidate } = tf.backend_util;
/** As tfjs looks at shapes; indices are known to be integers here. */
const tensor = ({ shape }: Value) => ({ shape, dtype: "int32" }) as unknown as tf.Tensor;

/** Slices of `x` along an axis, in step with the leading `batchDims` axes. */
function gatherAlong(x: Value, indices: Value, axis: number, batchDims: number): Value {
  const [at] = tf.util.parseAxisParam(axis, [...x.shape]) as [number];
  const info = segment_util.collectGatherOpShapeInfo(tensor(x), tensor(indices), at, batchDims);
  const { batchSize: batch, outerSize: outer, dimSize: size, sliceSize: width, outputShape } = info;
  if (sizeOf(outputShape) === 0) return constant([], outputShape, x.dtype);
  require(size > 0, () => `Cannot gather from ${readable(x.type)}: axis ${at} is empty`);
  const n = indices.size / batch;
  const places = reshape(indices, [batch, n]);
  const taken = batch === 1
    ? gather(
      reshape(x, [outer, size, width]),
      reshape(places, [n]),
      { offset: [0, 2], collapsed: [1], startIndexMap: [1], indexVector: 1 },
      [outer, 1, width],
    )
    : gather(
      reshape(x, [batch, outer, size, width]),
      places,
      {
        offset: [1, 3],
        collapsed: [2],
        batching: [0],
        indexBatching: [0],
        startIndexMap: [2],
        indexVector: 2,
      },
      [1, outer, 1, width],
    );
  const valid = broadcast(isInRange(places, size), [batch, outer, n, width], [0, 2]);
  return reshape(select(valid, reshape(taken, valid.shape), 0), outputShape);
}

function gatherNd(params: Value, indices: Value): Value {
  const [shape, , width] = prepareAndValidate(tensor(params), tensor(indices));
  if (sizeOf(shape) === 0) return constant([], shape, params.dtype);
  const rows = reshape(params, [params.size / width, width]);
  return reshape(takeRows(rows, flatPlaces(indices, params.shape.slice(0, indices.shape.at(-1)!))), shape);
}

/** Updates put into `x` at places `[…, axes]`. A scalar update goes to each place. */
function update(x: Value, indices: Value, updates: Value, how: "add" | "replace"): Value {
  const { sliceRank, numUpdates, sliceSize } = calculateShapes(tensor(updates), tensor(indices), [...x.shape]);
  if (x.size === 0 || numUpdates === 0 || updates.size === 0) return x;
  const rows = reshape(x, [x.size / sliceSize, sliceSize]);
  const column = indices.rank < 2 ? reshape(indices, [indices.size, 1]) : indices;
  const places = flatPlaces(column, x.shape.slice(0, sliceRank));
  const given = updates.rank === 0
    ? broadcast(updates, [numUpdates, sliceSize], [])
    : reshape(updates, [numUpdates, sliceSize]);
  return reshape(how === "add" ? addRows(rows, places, given) : putRows(rows, places, given, how), x.shape);
}

/** Sums of the slices of `x` that have the same number; negative numbers, and those too large, are left out. */
function segmentSum(x: Value, segmentIds: Value, segments: number): Value {
  const shape = [segments, ...x.shape.slice(segmentIds.rank)];
  const width = sizeOf(shape.slice(1));
  const zeros = full([segments, width], x.dtype, 0);
  if (segmentIds.size === 0 || width === 0 || segments === 0) return reshape(zeros, shape);
  const rows = reshape(x, [segmentIds.size, width]);
  return reshape(addRows(zeros, reshape(segmentIds, [segmentIds.size]), rows), shape);
}

interface OneHot {
  readonly depth: number;
  readonly onValue: number;
  readonly offValue: number;
  readonly dtype: string;
}

function oneHot(indices: Value, { depth, onValue, offValue, dtype }: OneHot): Value {
  const shape = [...indices.shape, depth];
  const wide = broadcast(indices, shape, indices.shape.map((_, axis) => axis));
  const type = elementOf(dtype);
  const chosen = compare("EQ", wide, iota(shape, "i32", indices.rank));
  return select(chosen, full(shape, type, onValue), full(shape, type, offValue));
}

export const gathering: DeviceKernels = {
  GatherV2: ({ x, indices }, { axis, batchDims }) => gatherAlong(x!, indices!, axis, batchDims ?? 0),
  GatherNd: ({ params, indices }) => gatherNd(params!, indices!),
  ScatterNd: ({ indices, updates }, { shape }) => update(full(shape, updates!.dtype, 0), indices!, updates!, "add"),
  TensorScatterUpdate: ({ tensor, indices, updates }) => update(tensor!, indices!, updates!, "replace"),
  SparseToDense: ({ sparseIndices, sparseValues, defaultValue }, { outputShape }) =>
    update(broadcast(reshape(defaultValue!, []), outputShape, []), sparseIndices!, sparseValues!, "replace"),
  UnsortedSegmentSum: ({ x, segmentIds }, { numSegments }) => segmentSum(x!, segmentIds!, numSegments),
  OneHot: ({ indices }, attributes) => oneHot(indices!, attributes),
};
