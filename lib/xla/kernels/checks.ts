/**
 * What of kernels' data is wrong, found where it is still on the host. On the device, and while a function is compiled,
 * nothing can be thrown: there, places outside read zeros and write nothing.
 */
import { broadcastShape } from "../stablehlo/mod.ts";
import { shared } from "@tensorflow/tfjs-backend-cpu";
import type { Checks, Known } from "./types.ts";

/** An index outside of what it points into. */
export class IndexError extends RangeError {
  constructor(readonly value: number, readonly size: number, readonly place: string) {
    super(`Cannot use index ${place}: ${value} is not in [0, ${size - 1}]`);
  }
}

/** Throws where an index `[…, sizes]` does not lie inside. */
function checkInside({ values, shape }: Known, sizes: readonly number[], of: readonly number[], column: boolean): void {
  if (values === undefined) return;
  const depth = column ? 1 : shape.at(-1)!;
  for (let i = 0; i < values.length; i++) {
    const size = sizes[i % depth]!;
    if (values[i]! >= 0 && values[i]! < size) continue;
    const index = values.subarray(i - i % depth, i - i % depth + depth);
    throw new IndexError(values[i]!, size, `"${[...index]}" in a tensor of shape [${of}]`);
  }
}

function checkNotNegative({ values }: Known): void {
  if (values?.some((value) => value < 0)) throw new RangeError("Input x must be non-negative!");
}

/** Indices of a scatter: a vector means indices along the first axis. */
const scattered = (indices: Known, shape: readonly number[]) =>
  checkInside(indices, shape, shape, indices.shape.length < 2);

export const checks: Checks = {
  GatherV2: ({ x, indices }, { axis }) => {
    const { shape } = x!;
    checkInside(indices!, [shape[axis < 0 ? axis + shape.length : axis]!], shape, true);
  },
  GatherNd: ({ params, indices }) => checkInside(indices!, params!.shape, params!.shape, false),
  ScatterNd: ({ indices }, { shape }) => scattered(indices!, shape),
  TensorScatterUpdate: ({ tensor, indices }) => scattered(indices!, tensor!.shape),
  SparseToDense: ({ sparseIndices }, { outputShape }) => scattered(sparseIndices!, outputShape),
  Bincount: ({ x }) => checkNotNegative(x!),
  DenseBincount: ({ x }) => checkNotNegative(x!),
  BroadcastArgs: ({ s0, s1 }) => {
    if (s0!.values === undefined || s1!.values === undefined) return;
    broadcastShape([...s0!.values], [...s1!.values]);
  },
  SparseReshape: ({ inputIndices, inputShape, newShape }) => {
    if (inputIndices!.shape.length !== 2) {
      throw new Error(`Input indices should be a matrix but received shape\n        ${inputIndices!.shape}`);
    }
    if (inputShape!.values === undefined || newShape!.values === undefined) return;
    // tfjs's own checks are of shapes alone: no places are needed.
    shared.sparseReshapeImpl(
      new Int32Array(0),
      [0, inputIndices!.shape[1]!],
      "int32",
      [...inputShape!.values],
      [...newShape!.values],
    );
  },
};
