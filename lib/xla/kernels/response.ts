/** Local response normalisation (Krizhevsky et al. 2012, section 3.3) and its gradient. */
import { add, binary, div, fullLike, mul, reduceWindow, sub, type Value } from "../stablehlo/mod.ts";
import type { DeviceKernels } from "./types.ts";

interface Attributes {
  readonly depthRadius: number;
  readonly bias: number;
  readonly alpha: number;
  readonly beta: number;
}

/** For each channel, the sum over those at most a radius away. */
function neighbours(x: Value, radius: number): Value {
  const last = x.rank - 1;
  return reduceWindow(x, "add", {
    size: x.shape.map((_, axis) => axis === last ? 2 * radius + 1 : 1),
    padding: x.shape.map((_, axis) => axis === last ? [radius, radius] : [0, 0]),
  });
}

const norm = (x: Value, { depthRadius, bias, alpha }: Attributes) =>
  add(mul(neighbours(mul(x, x), depthRadius), alpha), bias);

const power = (x: Value, exponent: number) => binary("power", x, fullLike(x.type, exponent));

export const responses: DeviceKernels = {
  LRN: ({ x }, attributes) => mul(x!, power(norm(x!, attributes), -attributes.beta)),
  LRNGrad: ({ x, y, dy }, attributes: Attributes) => {
    const { depthRadius, alpha, beta } = attributes;
    const scale = norm(x!, attributes);
    const others = neighbours(div(mul(dy!, y!), scale), depthRadius);
    return sub(mul(dy!, power(scale, -beta)), mul(mul(x!, others), 2 * alpha * beta));
  },
};
