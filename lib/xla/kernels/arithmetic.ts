/** Kernels of two operands, element by element. */
import {
  add,
  and,
  type Binary,
  binary,
  compare,
  convert,
  div,
  mul,
  or,
  select,
  sub,
  unary,
  type Value,
} from "../stablehlo/mod.ts";
import { broadcastTogether } from "./broadcasting.ts";
import { type DeviceKernels, type Inputs, listInputs } from "./types.ts";

const plain = (name: Binary) => ({ a, b }: Inputs): Value => binary(name, ...broadcastTogether(a!, b!));

/** Quotient rounded down. Of integers, as tfjs does, by way of floats where that is exact. */
function floorDivide({ a, b }: Inputs): Value {
  const [x, y] = broadcastTogether(a!, b!);
  if (x.dtype === "f32") return unary("floor", div(x, y));
  const quotient = div(x, y); // truncated
  const rest = sub(x, mul(quotient, y));
  const below = and(compare("NE", rest, 0), compare("NE", compare("LT", rest, 0), compare("LT", y, 0)));
  return sub(quotient, convert(below, x.dtype));
}

/** Remainder with the sign of the divisor, as Python's. */
function floorModulo({ a, b }: Inputs): Value {
  const [x, y] = broadcastTogether(a!, b!);
  const rest = binary("remainder", x, y);
  const opposite = and(compare("NE", rest, 0), compare("NE", compare("LT", rest, 0), compare("LT", y, 0)));
  return select(opposite, add(rest, y), rest);
}

/** The power of integers is computed on floats, as tfjs does: negative exponents give fractions, cut off. */
function power({ a, b }: Inputs): Value {
  const [x, y] = broadcastTogether(a!, b!);
  if (x.dtype === "f32") return binary("power", x, y);
  return convert(binary("power", convert(x, "f32"), convert(y, "f32")), x.dtype);
}

/** Larger or smaller of two; NaN where either is. */
const extremum = (name: "maximum" | "minimum") => ({ a, b }: Inputs): Value => {
  const [x, y] = broadcastTogether(a!, b!);
  if (x.dtype === "i1") return binary(name === "maximum" ? "or" : "and", x, y);
  return binary(name, x, y);
};

export const arithmetic: DeviceKernels = {
  Add: ({ a, b }) => a!.dtype === "i1" ? or(...broadcastTogether(a!, b!)) : add(...broadcastTogether(a!, b!)),
  AddN: (inputs) => listInputs(inputs).reduce((sum, value) => add(sum, value)),
  Sub: plain("subtract"),
  Multiply: plain("multiply"),
  RealDiv: plain("divide"),
  FloorDiv: floorDivide,
  Mod: floorModulo,
  Pow: power,
  Maximum: extremum("maximum"),
  Minimum: extremum("minimum"),
  Atan2: plain("atan2"),
  SquaredDifference: ({ a, b }) => {
    const difference = sub(...broadcastTogether(a!, b!));
    return mul(difference, difference);
  },
  BitwiseAnd: plain("and"),
};
