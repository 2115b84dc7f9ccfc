/** Kernels that run on the host: the shape of what they give depends on data. */
import * as tf from "@tensorflow/tfjs";
// tfjs's own code for these, which its wasm and WebGL backends use too; `@tensorflow/tfjs` loads the package anyway.
import { shared } from "@tensorflow/tfjs-backend-cpu";
import type { HostInputs, HostKernels, HostTensor } from "./types.ts";

type Elements = HostTensor["values"];

const one = (inputs: HostInputs, name: string): HostTensor => inputs[name] as HostTensor;
const many = (inputs: HostInputs, name: string): readonly HostTensor[] => inputs[name] as readonly HostTensor[];
const typed = (values: ArrayLike<number>, dtype: HostTensor["dtype"]): Elements =>
  dtype === "float32"
    ? Float32Array.from(values)
    : dtype === "int32"
    ? Int32Array.from(values)
    : Uint8Array.from(values);
const tensor = (values: ArrayLike<number>, shape: readonly number[], dtype: HostTensor["dtype"]): HostTensor => (
  { values: typed(values, dtype), shape, dtype }
);
const vector = (values: ArrayLike<number>, dtype: HostTensor["dtype"]) => tensor(values, [values.length], dtype);

function needRank({ shape }: HostTensor, rank: number, what: string, kind: string): void {
  if (shape.length !== rank) throw new Error(`${what} ${kind}, saw: [${shape}]`);
}

const segments = (mean: boolean) => (inputs: HostInputs): HostTensor => {
  const [data, indices, ids] = [one(inputs, "data"), one(inputs, "indices"), one(inputs, "segmentIds")];
  if (data.shape.length < 1) throw new Error("Data should be at least 1 dimensional but received scalar");
  needRank(indices, 1, "Indices should be", "a vector");
  needRank(ids, 1, "Segment ids should be", "a vector");
  if (indices.values.length !== ids.values.length) {
    throw new Error("Cannot add up segments: segmentIds and indices should have same size");
  }
  const [values, shape] = shared.sparseSegmentReductionImpl(
    data.values,
    [...data.shape],
    data.dtype,
    indices.values,
    ids.values,
    mean,
  );
  return tensor(values, shape, data.dtype);
};

/** Boxes and scores of a suppression. */
const boxed = (inputs: HostInputs): [boxes: Elements, scores: Elements] => [
  one(inputs, "boxes").values,
  one(inputs, "scores").values,
];

export const hostKernels: HostKernels = {
  Unique: (inputs, { axis }) => {
    const x = one(inputs, "x");
    const { outputValues, outputShape, indices } = shared.uniqueImpl(x.values, axis, [...x.shape], x.dtype);
    return [tensor(outputValues as Elements, outputShape, x.dtype), vector(indices as Elements, "int32")];
  },
  NonMaxSuppressionV3: (inputs, { maxOutputSize, iouThreshold, scoreThreshold }) => {
    const { selectedIndices } = tf.kernel_impls.nonMaxSuppressionV3Impl(
      ...boxed(inputs),
      maxOutputSize,
      iouThreshold,
      scoreThreshold,
    );
    return vector(selectedIndices, "int32");
  },
  NonMaxSuppressionV4: (inputs, { maxOutputSize, iouThreshold, scoreThreshold, padToMaxOutputSize }) => {
    const { selectedIndices, validOutputs } = tf.kernel_impls.nonMaxSuppressionV4Impl(
      ...boxed(inputs),
      maxOutputSize,
      iouThreshold,
      scoreThreshold,
      padToMaxOutputSize,
    );
    return [vector(selectedIndices, "int32"), tensor([validOutputs!], [], "int32")];
  },
  NonMaxSuppressionV5: (inputs, { maxOutputSize, iouThreshold, scoreThreshold, softNmsSigma }) => {
    const { selectedIndices, selectedScores } = tf.kernel_impls.nonMaxSuppressionV5Impl(
      ...boxed(inputs),
      maxOutputSize,
      iouThreshold,
      scoreThreshold,
      softNmsSigma,
    );
    return [vector(selectedIndices, "int32"), vector(selectedScores!, "float32")];
  },
  SparseFillEmptyRows: (inputs) => {
    const [indices, values] = [one(inputs, "indices"), one(inputs, "values")];
    const [denseShape, fill] = [one(inputs, "denseShape"), one(inputs, "defaultValue")];
    needRank(denseShape, 1, "Dense shape must be", "a vector");
    needRank(indices, 2, "Indices must be", "a matrix");
    needRank(values, 1, "Values must be", "a vector");
    needRank(fill, 0, "Default value must be", "a scalar");
    const [places, shape, filled, empty, reverse] = shared.sparseFillEmptyRowsImpl(
      indices.values,
      indices.shape as [number, number],
      indices.dtype,
      values.values,
      values.dtype,
      denseShape.values,
      fill.values[0]!,
    );
    return [
      tensor(places, shape, indices.dtype),
      tensor(filled as Elements, [shape[0]!], values.dtype),
      vector(empty.map(Number), "bool"),
      vector(reverse, "int32"),
    ];
  },
  SparseSegmentMean: segments(true),
  SparseSegmentSum: segments(false),
  RaggedGather: (inputs) => {
    const splits = many(inputs, "paramsNestedSplits");
    const [dense, indices] = [one(inputs, "paramsDenseValues"), one(inputs, "indices")];
    const [outer, values, shape] = shared.raggedGatherImpl(
      splits.map(({ values }) => values),
      splits.map(({ shape }) => [...shape]),
      dense.values,
      [...dense.shape],
      dense.dtype,
      indices.values,
      [...indices.shape],
      0, // the rank, which nothing reads
    );
    return [...outer.map((each) => vector(each as Elements, "int32")), tensor(values as Elements, shape, dense.dtype)];
  },
  RaggedRange: (inputs) => {
    const [starts, limits, deltas] = [one(inputs, "starts"), one(inputs, "limits"), one(inputs, "deltas")];
    const [splits, values] = shared.raggedRangeImpl(
      starts.values,
      [...starts.shape],
      starts.dtype,
      limits.values,
      [...limits.shape],
      deltas.values,
      [...deltas.shape],
    );
    return [vector(splits as Elements, "int32"), vector(values as Elements, starts.dtype)];
  },
  RaggedTensorToTensor: (inputs, { rowPartitionTypes }) => {
    const [shape, values, fill] = [one(inputs, "shape"), one(inputs, "values"), one(inputs, "defaultValue")];
    const partitions = many(inputs, "rowPartitionTensors");
    const [outputShape, output] = shared.raggedTensorToTensorImpl(
      shape.values,
      [...shape.shape],
      values.values,
      [...values.shape],
      values.dtype,
      fill.values,
      [...fill.shape],
      partitions.map(({ values }) => values),
      partitions.map(({ shape }) => [...shape]),
      rowPartitionTypes,
    );
    return tensor(output as Elements, outputShape, values.dtype);
  },
};
