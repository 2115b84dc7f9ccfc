/** Shape rules of kernels that reduce, cut, join and move elements. */
import * as tf from "@tensorflow/tfjs";
import { type Attributes, each, first, type Inputs, moved, one, type Rule, type Rules, shared, size } from "./rule.ts";

function reduce(inputs: Inputs, attributes: Attributes, dtype: tf.DataType) {
  const x = first(inputs);
  const axes = tf.util.parseAxisParam(attributes.axis ?? attributes.reductionIndices, x.shape);
  const [kept] = tf.backend_util.computeOutAndReduceShapes(x.shape, axes);
  const shape = attributes.keepDims ? tf.backend_util.expandShapeToKeepDim(kept, axes) : kept;
  return one(shape, dtype, size(x.shape));
}

const pad: Rule = ({ x }, { paddings }) => moved(x!.shape.map((n, i) => n + paddings[i][0] + paddings[i][1]), x!.dtype);

export const arrangeRules: Rules = {
  ...each("Max Min", (inputs, attributes) => reduce(inputs, attributes, first(inputs).dtype)),
  ...each("Prod Sum", (inputs, attributes) => {
    const { dtype } = first(inputs);
    return reduce(inputs, attributes, dtype === "bool" ? "int32" : dtype);
  }),
  Mean: (inputs, attributes) => reduce(inputs, attributes, "float32"),
  ...each("All Any", (inputs, attributes) => reduce(inputs, attributes, "bool")),
  ...each("ArgMax ArgMin", (inputs, attributes) => reduce(inputs, attributes, "int32")),
  TopK: ({ x }, { k }) => {
    const shape = [...x!.shape.slice(0, -1), k];
    return {
      ...one(shape, x!.dtype, size(x!.shape)),
      outputs: [{ shape, dtype: x!.dtype }, { shape, dtype: "int32" }],
    };
  },
  ...each("Bincount", (_, { size }) => moved([size], "float32")),
  DenseBincount: ({ x }, attributes) => {
    const rows = x!.shape.length === 1 ? [] : [x!.shape[0]!];
    return one([...rows, attributes.size], "float32", size(x!.shape));
  },

  Reshape: ({ x }, { shape }) => shared(x!, tf.util.inferFromImplicitShape(shape, size(x!.shape))),
  ExpandDims: ({ input }, { dim }) => {
    const rank = input!.shape.length;
    return shared(input!, input!.shape.toSpliced(dim < 0 ? rank + dim + 1 : dim, 0, 1));
  },
  ...each("Reverse FlipLeftRight RotateWithOffset", (inputs) => moved(first(inputs).shape, first(inputs).dtype)),
  Transpose: ({ x }, { perm }) => moved(perm.map((axis: number) => x!.shape[axis]), x!.dtype),
  Concat: (inputs, { axis }) => {
    const parts = Object.values(inputs);
    const along = tf.util.parseAxisParam(axis, parts[0]!.shape)[0]!;
    return moved(tf.backend_util.computeOutShape(parts.map(({ shape }) => shape), along), parts[0]!.dtype);
  },
  Pack: (inputs, { axis }) => {
    const parts = Object.values(inputs);
    const { shape, dtype } = parts[0]!;
    return moved(shape.toSpliced(axis < 0 ? shape.length + axis + 1 : axis, 0, parts.length), dtype);
  },
  Unpack: ({ value }, { axis }) => {
    const at = axis < 0 ? value!.shape.length + axis : axis;
    const shape = value!.shape.toSpliced(at, 1);
    const outputs = Array.from({ length: value!.shape[at]! }, () => ({ shape, dtype: value!.dtype }));
    return { outputs, list: true, work: "elementwise", flops: 0 };
  },
  SplitV: ({ x }, { numOrSizeSplits, axis }) => {
    const at = tf.util.parseAxisParam(axis, x!.shape)[0]!;
    const sizes = tf.backend_util.prepareSplitSize(x as unknown as tf.Tensor, numOrSizeSplits, at);
    const outputs = sizes.map((n) => ({ shape: x!.shape.with(at, n), dtype: x!.dtype }));
    return { outputs, list: true, work: "elementwise", flops: 0 };
  },
  Slice: ({ x }, { begin, size }) => {
    const sizes = tf.slice_util.parseSliceParams(x as unknown as tf.Tensor, begin, size)[1];
    return moved(sizes!, x!.dtype);
  },
  StridedSlice: ({ x }, attributes) => {
    const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attributes;
    const masks = [beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask] as const;
    return moved(tf.slice_util.sliceInfo(x!.shape, begin, end, strides, ...masks).finalShape, x!.dtype);
  },
  Tile: ({ x }, { reps }) => moved(x!.shape.map((n, i) => n * reps[i]), x!.dtype),
  BroadcastTo: ({ x }, { shape }) => moved(shape, x!.dtype),
  PadV2: pad,
  MirrorPad: (inputs, attributes) => pad(inputs, attributes),
  GatherV2: ({ x, indices }, { axis, batchDims = 0 }) => {
    const at = tf.util.parseAxisParam(axis, x!.shape)[0]!;
    const shape = [...x!.shape.slice(0, at), ...indices!.shape.slice(batchDims), ...x!.shape.slice(at + 1)];
    return moved(shape, x!.dtype);
  },
  GatherNd: ({ params, indices }) => {
    const depth = indices!.shape.at(-1)!;
    return moved([...indices!.shape.slice(0, -1), ...params!.shape.slice(depth)], params!.dtype);
  },
  ScatterNd: ({ updates }, { shape }) => moved(shape, updates!.dtype),
  TensorScatterUpdate: ({ tensor }) => moved(tensor!.shape, tensor!.dtype),
  UnsortedSegmentSum: ({ x, segmentIds }, { numSegments }) =>
    one([numSegments, ...x!.shape.slice(segmentIds!.shape.length)], x!.dtype, size(x!.shape)),
  SparseToDense: ({ sparseValues }, { outputShape }) => moved(outputShape, sparseValues!.dtype),
  SearchSorted: ({ values }) => one(values!.shape, "int32"),
  Diag: ({ x }) => moved([...x!.shape, ...x!.shape], x!.dtype),
  DepthToSpace: ({ x }, { blockSize, dataFormat }) => {
    const [n, ...rest] = x!.shape as [number, number, number, number];
    const [h, w, c] = dataFormat === "NHWC" ? rest : [rest[1], rest[2], rest[0]];
    const [height, width, depth] = [h * blockSize, w * blockSize, c / blockSize ** 2];
    return moved(dataFormat === "NHWC" ? [n, height, width, depth] : [n, depth, height, width], x!.dtype);
  },
  SpaceToBatchND: ({ x }, { blockShape, paddings }) => {
    const shape = x!.shape.map((n, i) =>
      i >= 1 && i <= blockShape.length ? (n + paddings[i - 1][0] + paddings[i - 1][1]) / blockShape[i - 1] : n
    );
    return moved(shape.with(0, x!.shape[0]! * size(blockShape)), x!.dtype);
  },
  BatchToSpaceND: ({ x }, { blockShape, crops }) => {
    const shape = x!.shape.map((n, i) =>
      i >= 1 && i <= blockShape.length ? n * blockShape[i - 1] - crops[i - 1][0] - crops[i - 1][1] : n
    );
    return moved(shape.with(0, x!.shape[0]! / size(blockShape)), x!.dtype);
  },
};
