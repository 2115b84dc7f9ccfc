/** Kernels of running sums and products. */
import * as tf from "@tensorflow/tfjs";
import { binary, convert, pad, reverse, slice, type Value } from "../stablehlo/mod.ts";
import type { DeviceKernels } from "./types.ts";

interface Attributes {
  readonly axis: number;
  readonly exclusive: boolean;
  readonly reverse: boolean;
}

/** Combines each element with all before it, in steps that double their reach (Hillis and Steele 1986). */
export function scan(x: Value, attributes: Attributes, name: "add" | "multiply"): Value {
  const numbers = x.dtype === "i1" ? convert(x, "i32") : x;
  const [axis] = tf.util.parseAxisParam(attributes.axis, [...x.shape]) as [number];
  const n = x.shape[axis]!;
  const none = x.shape.map(() => 0);
  const later = (value: Value, by: number) => {
    const reach = Math.min(by, n);
    const kept = slice(value, none, x.shape.map((m, i) => i === axis ? m - reach : m));
    return pad(kept, none.map((_, i) => i === axis ? reach : 0), none, name === "add" ? 0 : 1);
  };
  const turn = (value: Value) => attributes.reverse ? reverse(value, [axis]) : value;
  let running = turn(numbers);
  if (attributes.exclusive) running = later(running, 1);
  for (let reach = 1; reach < n; reach *= 2) running = binary(name, running, later(running, reach));
  return turn(running);
}

export const scanning: DeviceKernels = {
  Cumsum: ({ x }, attributes) => scan(x!, attributes, "add"),
  Cumprod: ({ x }, attributes) => scan(x!, attributes, "multiply"),
};
