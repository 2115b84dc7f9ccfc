/** Kernels that make tensors of nothing but attributes. */
import { add, constant, convert, full, iota, mul, type Value } from "../stablehlo/mod.ts";
import { elementOf } from "./dtypes.ts";
import type { DeviceKernels } from "./types.ts";

function fill(shape: readonly number[], value: number, dtype?: string): Value {
  return full(shape, elementOf(dtype), value);
}

/** start, start + step … before stop. Empty where the step leads away. */
function range({ start, stop, step, dtype }: { start: number; stop: number; step: number; dtype: string }): Value {
  const type = elementOf(dtype);
  const by = start > stop && step === 1 ? -1 : step;
  const away = start === stop || (start < stop && by < 0) || (start > stop && by > 0);
  const count = away ? 0 : Math.abs(Math.ceil((stop - start) / by));
  if (count === 0) return constant([], [0], type);
  return add(mul(convert(iota([count], "i32", 0), type), by), start);
}

export const fills: DeviceKernels = {
  Fill: (_, { shape, value, dtype }) => fill(shape, value, dtype),
  Range: (_, attributes) => range(attributes),
  LinSpace: (_, { start, stop, num }) => {
    if (num === 1) return full([1], "f32", start);
    const step = (stop - start) / (num - 1);
    return add(mul(convert(iota([num], "i32", 0), "f32"), step), start);
  },
};
