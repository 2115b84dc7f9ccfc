/** Kernels of matrix products. */
import { broadcastShape, broadcastTo, readable, require, reshape, type Value } from "../stablehlo/mod.ts";
import { addBiasAndActivate } from "./convolution.ts";
import { product } from "./product.ts";
import type { DeviceKernels, Inputs } from "./types.ts";

/** Products of the matrices in the last two axes; the axes before them are broadcast to one another. */
function multiply({ a, b }: Inputs, { transposeA, transposeB }: { transposeA: boolean; transposeB: boolean }): Value {
  require(
    a!.rank > 1 && b!.rank > 1,
    () => `Cannot multiply ${readable(a!.type)} by ${readable(b!.type)}: matrices have two axes`,
  );
  const outer = broadcastShape(a!.shape.slice(0, -2), b!.shape.slice(0, -2));
  const wide = (x: Value) => broadcastTo(x, [...outer, ...x.shape.slice(-2)]);
  const [x, y] = [wide(a!), wide(b!)];
  const n = outer.length;
  const batch = outer.map((_, i) => i);
  return product(x, y, { contract: [[transposeA ? n : n + 1], [transposeB ? n + 1 : n]], batch: [batch, batch] });
}

export const matrices: DeviceKernels = {
  BatchMatMul: multiply,
  _FusedMatMul: (inputs, attributes) => {
    const y = multiply(inputs, attributes);
    return reshape(addBiasAndActivate(y, inputs, attributes), y.shape);
  },
};
