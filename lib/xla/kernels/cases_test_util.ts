/** A small case of each kernel: inputs and attributes as tfjs hands them over. */
import * as tf from "@tensorflow/tfjs";

export interface KernelCase {
  readonly kernel: string;
  readonly inputs: () => Record<string, tf.Tensor> | tf.Tensor[];
  readonly attributes: Record<string, unknown>;
}

/** Numbers between −2 and 2 that look like nothing in particular; no two are equal. */
function f(...shape: number[]): tf.Tensor {
  const size = tf.util.sizeFromShape(shape);
  return tf.tensor(Float32Array.from({ length: size }, (_, i) => ((i * 37 + 11) % 101) / 25.1 - 2 + i / 997), shape);
}
const positive = (...shape: number[]) => tf.tidy(() => tf.add(tf.abs(f(...shape)), 0.1));
const unit = (...shape: number[]) => tf.tidy(() => tf.div(f(...shape), 3));
const i = (values: number[], shape: number[] = [values.length]) => tf.tensor(values, shape, "int32");
const b = (values: number[], shape: number[] = [values.length]) => tf.tensor(values, shape, "bool");

const all: KernelCase[] = [];
function add(kernel: string, inputs: KernelCase["inputs"], attributes: Record<string, unknown> = {}): void {
  all.push({ kernel, inputs, attributes });
}

for (
  const kernel of ["Abs", "Acosh", "Asinh", "Atan", "Ceil", "Cos", "Cosh", "Elu", "Erf", "Exp", "Expm1", "Floor"]
    .concat([
      "IsFinite",
      "IsInf",
      "IsNan",
      "Neg",
      "OnesLike",
      "Reciprocal",
      "Relu",
      "Relu6",
      "Round",
      "Selu",
      "Sigmoid",
    ])
    .concat(["Sign", "Sin", "Sinh", "Softplus", "Square", "Tan", "Tanh", "ZerosLike", "Identity"])
) add(kernel, () => ({ x: kernel === "Acosh" ? tf.add(positive(7), 1) : f(7) }));
for (const kernel of ["Acos", "Asin", "Atanh"]) add(kernel, () => ({ x: unit(7) }));
for (const kernel of ["Log", "Log1p", "Rsqrt", "Sqrt"]) add(kernel, () => ({ x: positive(7) }));
add("LogicalNot", () => ({ x: b([0, 1]) }));
add("Step", () => ({ x: f(5) }), { alpha: 0.5 });
add("LeakyRelu", () => ({ x: f(5) }), { alpha: 0.1 });
add("Prelu", () => ({ x: f(2, 3), alpha: f(3) }));
add("EluGrad", () => ({ dy: f(5), y: unit(5) }));
add("Cast", () => ({ x: f(5) }), { dtype: "int32" });
add("ClipByValue", () => ({ x: f(5) }), { clipValueMin: -1, clipValueMax: 1 });

for (
  const kernel of ["Add", "Atan2", "Equal", "Greater", "GreaterEqual", "Less", "LessEqual", "Maximum"]
    .concat(["Minimum", "Mod", "Multiply", "NotEqual", "RealDiv", "SquaredDifference", "Sub"])
) add(kernel, () => ({ a: f(2, 3), b: tf.tidy(() => tf.neg(positive(3))) }));
for (const kernel of ["FloorDiv", "Mod"]) {
  add(kernel, () => ({ a: i([7, -7, 7, -7, 6]), b: i([2, 2, -2, -2, 3]) }));
}
add("Pow", () => ({ a: positive(2, 3), b: f(3) }));
add("BitwiseAnd", () => ({ a: i([6, 12]), b: i([3, 10]) }));
for (const kernel of ["LogicalAnd", "LogicalOr"]) add(kernel, () => ({ a: b([0, 0, 1, 1]), b: b([0, 1, 0, 1]) }));
add("AddN", () => [f(3), positive(3), unit(3)]);
add("Select", () => ({ condition: b([1, 0, 0, 1], [2, 2]), t: f(2, 2), e: positive(2, 2) }));

for (const kernel of ["Sum", "Prod", "Mean", "Min"]) {
  add(kernel, () => ({ x: f(2, 3, 2) }), { axis: [2], keepDims: true });
}
add("Max", () => ({ x: f(2, 3, 2) }), { reductionIndices: [2], axis: [2], keepDims: false });
for (const kernel of ["All", "Any"]) {
  add(kernel, () => ({ x: b([0, 1, 1, 1], [2, 2]) }), { axis: [1], keepDims: false });
}
for (const kernel of ["ArgMax", "ArgMin"]) add(kernel, () => ({ x: f(3, 4) }), { axis: 1 });
add("Softmax", () => ({ logits: f(2, 4) }), { dim: 1 });
add("LogSoftmax", () => ({ logits: f(2, 4) }), { axis: -1 });
for (const kernel of ["Cumsum", "Cumprod"]) {
  add(kernel, () => ({ x: f(2, 5) }), { axis: 1, exclusive: false, reverse: true });
  add(kernel, () => ({ x: f(2, 5) }), { axis: 1, exclusive: false, reverse: false });
}

add("Slice", () => ({ x: f(3, 4) }), { begin: [1, 0], size: [2, 3] });
const masks = { beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 };
add("StridedSlice", () => ({ x: f(4, 5) }), { begin: [3, 0], end: [0, 5], strides: [-2, 2], ...masks });
add("PadV2", () => ({ x: f(2, 3) }), { paddings: [[1, 0], [0, 2]], constantValue: 3 });
add("MirrorPad", () => ({ x: f(3, 4) }), { paddings: [[1, 2], [2, 0]], mode: "reflect" });
add("MirrorPad", () => ({ x: f(3, 4) }), { paddings: [[1, 2], [2, 0]], mode: "symmetric" });
add("Concat", () => [f(2, 3), positive(2, 2)], { axis: 1 });
add("SplitV", () => ({ x: f(2, 5) }), { numOrSizeSplits: [2, 3], axis: 1 });
add("Pack", () => [f(3), positive(3)], { axis: 1 });
add("Unpack", () => ({ value: f(2, 3) }), { axis: 1 });
add("Transpose", () => ({ x: f(2, 3, 4) }), { perm: [2, 0, 1] });
add("Reverse", () => ({ x: f(2, 3) }), { dims: [1] });
add("Tile", () => ({ x: f(2, 3) }), { reps: [2, 2] });
add("BroadcastTo", () => ({ x: f(1, 3) }), { shape: [2, 3], inputShape: [1, 3] });
add("BroadcastArgs", () => ({ s0: i([2, 1, 3]), s1: i([4, 3]) }));
add("DepthToSpace", () => ({ x: f(1, 2, 2, 8) }), { blockSize: 2, dataFormat: "NHWC" });
add("SpaceToBatchND", () => ({ x: f(1, 3, 4, 1) }), { blockShape: [2, 2], paddings: [[1, 0], [0, 0]] });
add("BatchToSpaceND", () => ({ x: f(4, 2, 2, 1) }), { blockShape: [2, 2], crops: [[1, 0], [0, 0]] });
add("Diag", () => ({ x: f(3) }));
add("Reshape", () => ({ x: f(2, 3) }), { shape: [3, 2] });
add("ExpandDims", () => ({ input: f(2, 3) }), { dim: 1 });
add("Fill", () => ({}), { shape: [2], value: 7, dtype: "int32" });
add("Range", () => ({}), { start: 5, stop: 0, step: -2, dtype: "int32" });
add("LinSpace", () => ({}), { start: -1, stop: 2, num: 4 });

add("BatchMatMul", () => ({ a: f(2, 2, 3), b: positive(2, 4, 3) }), { transposeA: false, transposeB: true });
add("_FusedMatMul", () => ({ a: f(2, 3), b: positive(3, 4), bias: f(4) }), {
  transposeA: false,
  transposeB: false,
  activation: "relu",
});
add("Einsum", () => [f(2, 3, 4), positive(4, 3, 5)], { equation: "bij,jik->bk" });

const two = { strides: [2, 1], pad: "same", dilations: [1, 1], dataFormat: "NHWC" };
add("Conv2D", () => ({ x: f(2, 5, 4, 2), filter: positive(3, 2, 2, 3) }), two);
add("FusedConv2D", () => ({ x: f(2, 5, 4, 2), filter: positive(3, 2, 2, 3), bias: f(3) }), {
  ...two,
  activation: "elu",
});
add("Conv2DBackpropInput", () => ({ dy: f(2, 3, 4, 3), filter: positive(3, 2, 2, 3) }), {
  ...two,
  inputShape: [2, 5, 4, 2],
});
add("Conv2DBackpropFilter", () => ({ x: f(2, 5, 4, 2), dy: positive(2, 3, 4, 3) }), {
  ...two,
  filterShape: [3, 2, 2, 3],
});
const even = { ...two, strides: [2, 2] };
add("DepthwiseConv2dNative", () => ({ x: f(2, 5, 4, 2), filter: positive(3, 2, 2, 2) }), even);
add("FusedDepthwiseConv2D", () => ({ x: f(2, 5, 4, 2), filter: positive(3, 2, 2, 2), bias: f(4) }), {
  ...even,
  activation: "relu",
});
add("DepthwiseConv2dNativeBackpropInput", () => ({ dy: f(2, 3, 2, 4), filter: positive(3, 2, 2, 2) }), {
  ...even,
  inputShape: [2, 5, 4, 2],
});
add("DepthwiseConv2dNativeBackpropFilter", () => ({ x: f(2, 5, 4, 2), dy: positive(2, 3, 2, 4) }), {
  ...even,
  filterShape: [3, 2, 2, 2],
});
const three = { strides: [2, 1, 1], pad: "same", dilations: [1, 1, 1], dataFormat: "NDHWC" };
add("Conv3D", () => ({ x: f(1, 4, 3, 3, 2), filter: positive(2, 2, 3, 2, 3) }), three);
add("Conv3DBackpropInputV2", () => ({ dy: f(1, 2, 3, 3, 3), filter: positive(2, 2, 3, 2, 3) }), {
  ...three,
  inputShape: [1, 4, 3, 3, 2],
});
add("Conv3DBackpropFilterV2", () => ({ x: f(1, 4, 3, 3, 2), dy: positive(1, 2, 3, 3, 3) }), {
  ...three,
  filterShape: [2, 2, 3, 2, 3],
});

const pool = { filterSize: [2, 3], strides: [2, 1], pad: "same" };
add("AvgPool", () => ({ x: f(1, 4, 5, 2) }), pool);
add("AvgPoolGrad", () => ({ dy: f(1, 2, 5, 2), input: f(1, 4, 5, 2) }), pool);
add("MaxPool", () => ({ x: f(1, 4, 5, 2) }), pool);
add("MaxPoolGrad", () => ({ dy: f(1, 2, 5, 2), input: f(1, 4, 5, 2), output: f(1, 2, 5, 2) }), pool);
add("MaxPoolWithArgmax", () => ({ x: f(2, 4, 5, 2) }), { ...pool, pad: "valid", includeBatchInIndex: true });
const pool3 = { filterSize: [2, 2, 2], strides: [2, 1, 1], pad: "same", dataFormat: "NDHWC" };
add("AvgPool3D", () => ({ x: f(1, 4, 3, 3, 2) }), pool3);
add("AvgPool3DGrad", () => ({ dy: f(1, 2, 3, 3, 2), input: f(1, 4, 3, 3, 2) }), pool3);
add("MaxPool3D", () => ({ x: f(1, 4, 3, 3, 2) }), pool3);
add("MaxPool3DGrad", () => ({ dy: f(1, 2, 3, 3, 2), input: f(1, 4, 3, 3, 2), output: f(1, 2, 3, 3, 2) }), pool3);
add("FusedBatchNorm", () => ({ x: f(2, 3), mean: f(3), variance: positive(3), scale: f(3), offset: f(3) }), {
  varianceEpsilon: 1e-3,
});
const response = { depthRadius: 1, bias: 1, alpha: 0.5, beta: 0.75 };
add("LRN", () => ({ x: f(1, 2, 2, 4) }), response);
add("LRNGrad", () => ({ x: f(1, 2, 2, 4), y: unit(1, 2, 2, 4), dy: positive(1, 2, 2, 4) }), response);
const dilation = { strides: [1, 2], pad: "same", dilations: [1, 1] };
add("Dilation2D", () => ({ x: f(1, 4, 4, 2), filter: unit(2, 2, 2) }), dilation);
for (const kernel of ["Dilation2DBackpropInput", "Dilation2DBackpropFilter"]) {
  add(kernel, () => ({ x: f(1, 4, 4, 2), filter: unit(2, 2, 2), dy: f(1, 4, 2, 2) }), dilation);
}

for (const [alignCorners, halfPixelCenters] of [[false, true], [true, false], [false, false]]) {
  const size = { size: [3, 6], alignCorners, halfPixelCenters };
  add("ResizeBilinear", () => ({ images: f(2, 4, 3, 2) }), size);
  add("ResizeNearestNeighbor", () => ({ images: f(2, 4, 3, 2) }), size);
}
const corners = { size: [3, 6], alignCorners: true, halfPixelCenters: false };
// Square: of others, tfjs's cpu backend changes round height and width.
add("ResizeBilinearGrad", () => ({ dy: f(1, 3, 6, 2), images: f(1, 4, 4, 2) }), corners);
add("ResizeNearestNeighborGrad", () => ({ dy: f(1, 3, 6, 2), images: f(1, 4, 3, 2) }), corners);
const boxes = [0, 0, 1, 1, 0.1, 0.2, 0.8, 1.2];
for (const method of ["bilinear", "nearest"]) {
  add("CropAndResize", () => ({ image: f(2, 5, 4, 2), boxes: tf.tensor2d(boxes, [2, 4]), boxInd: i([1, 0]) }), {
    cropSize: [3, 4],
    method,
    extrapolationValue: 9,
  });
}
add("FlipLeftRight", () => ({ image: f(1, 2, 3, 1) }));
add("RotateWithOffset", () => ({ image: f(1, 5, 4, 2) }), { radians: 0.4, fillValue: 3, center: [0.4, 0.5] });
for (const fillMode of ["constant", "reflect", "wrap", "nearest"]) {
  const transforms = () => tf.tensor2d([1.3, 0.2, -1.2, 0.1, 0.9, 0.7, 0.01, 0.02], [1, 8]);
  add("Transform", () => ({ image: f(1, 5, 4, 2), transforms: transforms() }), {
    interpolation: "bilinear",
    fillMode,
    fillValue: 2,
    outputShape: [5, 4],
  });
}

add("GatherV2", () => ({ x: f(2, 4, 3), indices: i([3, 0, 1, 1], [2, 2]) }), { axis: 1, batchDims: 0 });
add("GatherV2", () => ({ x: f(2, 4, 3), indices: i([3, 0, 1, 1], [2, 2]) }), { axis: 1, batchDims: 1 });
add("GatherNd", () => ({ params: f(2, 4, 3), indices: i([1, 3, 0, 0], [2, 2]) }));
add("ScatterNd", () => ({ indices: i([1, 3, 1], [3, 1]), updates: f(3, 2) }), { shape: [4, 2] });
add("TensorScatterUpdate", () => ({ tensor: f(4, 2), indices: i([1, 3], [2, 1]), updates: positive(2, 2) }));
add("UnsortedSegmentSum", () => ({ x: f(4, 2), segmentIds: i([2, 0, 2, 1]) }), { numSegments: 4 });
add("OneHot", () => ({ indices: i([2, 0, -1, 9]) }), { dtype: "float32", depth: 3, onValue: 2, offValue: -1 });
add("Bincount", () => ({ x: i([1, 1, 7, 0]), weights: positive(4) }), { size: 5 });
add("DenseBincount", () => ({ x: i([1, 1, 7, 0], [2, 2]), weights: positive(2, 2) }), { size: 5, binaryOutput: false });
add("TopK", () => ({ x: i([3, 1, 3, 2, 9, 0], [2, 3]) }), { k: 2, sorted: true });
add("SearchSorted", () => ({ sortedSequence: i([1, 3, 3, 5], [1, 4]), values: i([3, 0, 9], [1, 3]) }), {
  side: "left",
});
add("SparseToDense", () => ({ sparseIndices: i([1, 3]), sparseValues: f(2), defaultValue: tf.scalar(5) }), {
  outputShape: [4],
});
add("SparseReshape", () => ({ inputIndices: i([0, 1, 2, 3], [2, 2]), inputShape: i([3, 4]), newShape: i([2, -1]) }));
add("Multinomial", () => ({ logits: f(2, 4) }), { numSamples: 9, seed: 7, normalized: false });

/** Cases of kernels that tfjs has, none of those that are Denoise's own. */
export const kernelCases: readonly KernelCase[] = all;
