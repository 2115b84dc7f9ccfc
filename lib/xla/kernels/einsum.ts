/** Einstein sums. */
import * as tf from "@tensorflow/tfjs";
import { sum, transpose, type Value } from "../stablehlo/mod.ts";
import { product } from "./product.ts";
import { type DeviceKernels, listInputs } from "./types.ts";

const { decodeEinsumEquation, checkEinsumDimSizes } = tf.backend_util;

/** Sums away the letters that only this operand has; what is left of it, and of its letters. */
function alone(x: Value, letters: number[], kept: (letter: number) => boolean): [x: Value, letters: number[]] {
  const axes = letters.flatMap((letter, axis) => kept(letter) ? [] : [axis]);
  return [sum(x, axes), letters.filter(kept)];
}

function einsum(operands: readonly Value[], equation: string): Value {
  // Letters are numbered, those of the result first.
  const { allDims, summedDims, idDims } = decodeEinsumEquation(equation, operands.length);
  checkEinsumDimSizes(allDims.length, idDims, operands as unknown as tf.Tensor[]);
  const results = allDims.length - summedDims.length;
  const inResult = (letter: number) => letter < results;
  let [value, letters] = [operands[0]!, idDims[0]!];
  if (operands.length === 1) [value, letters] = alone(value, letters, inResult);
  else {
    const [first, second] = idDims as [number[], number[]];
    const [a, mine] = alone(operands[0]!, first, (letter) => inResult(letter) || second.includes(letter));
    const [b, yours] = alone(operands[1]!, second, (letter) => inResult(letter) || first.includes(letter));
    const shared = mine.filter((letter) => yours.includes(letter));
    const batch = shared.filter(inResult), contract = shared.filter((letter) => !inResult(letter));
    const axes = (of: number[], which: number[]) => which.map((letter) => of.indexOf(letter));
    value = product(a, b, {
      contract: [axes(mine, contract), axes(yours, contract)],
      batch: [axes(mine, batch), axes(yours, batch)],
    });
    const rest = (of: number[]) => of.filter((letter) => !shared.includes(letter));
    letters = [...batch, ...rest(mine), ...rest(yours)];
  }
  return transpose(value, Array.from({ length: results }, (_, letter) => letters.indexOf(letter)));
}

export const einsums: DeviceKernels = {
  Einsum: (inputs, { equation }) => einsum(listInputs(inputs), equation),
};
