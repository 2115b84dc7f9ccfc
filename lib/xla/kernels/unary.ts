/** Kernels of one operand, element by element. */
import {
  barrier,
  compare,
  convert,
  div,
  fullLike,
  mul,
  neg,
  select,
  type Special,
  special,
  type Unary,
  unary,
  type Value,
} from "../stablehlo/mod.ts";
import { elementOf } from "./dtypes.ts";
import { settings } from "./settings.ts";
import type { DeviceKernels, Inputs } from "./types.ts";

const float = (name: Unary) => ({ x }: Inputs): Value => unary(name, convert(x!, "f32"));
/** On processors XLA calls a function for each element: behind a barrier once, not again in each loop that uses the result. */
const wave = (name: "sine" | "cosine") => ({ x }: Inputs): Value => {
  const value = unary(name, convert(x!, "f32"));
  return settings.platform === "cpu" ? barrier([value])[0]! : value;
};
const advanced = (name: Special) => ({ x }: Inputs): Value => special(name, convert(x!, "f32"));
/** For kernels that leave integers as they are. */
const rounding = (name: Unary) => ({ x }: Inputs): Value => x!.dtype === "f32" ? unary(name, x!) : x!;

/** Converts as tfjs does: truncates towards zero; NaN becomes 0, and true 1. */
function cast({ x }: Inputs, { dtype }: { dtype: string }): Value {
  const type = elementOf(dtype);
  if (x!.dtype === "f32" && type === "i32") return convert(select(compare("EQ", x!, x!), x!, 0), "i32");
  return convert(x!, type);
}

export const unaries: DeviceKernels = {
  Abs: ({ x }) => unary("abs", x!),
  Neg: ({ x }) => neg(x!),
  Sign: ({ x }) => x!.dtype === "f32" ? select(compare("EQ", x!, x!), unary("sign", x!), 0) : unary("sign", x!),
  Square: ({ x }) => mul(x!, x!),
  Reciprocal: ({ x }) => div(fullLike({ shape: x!.shape, dtype: "f32" }, 1), convert(x!, "f32")),
  Sqrt: float("sqrt"),
  Rsqrt: float("rsqrt"),
  Exp: float("exponential"),
  Expm1: float("exponential_minus_one"),
  Log: float("log"),
  Log1p: float("log_plus_one"),
  Sin: wave("sine"),
  Cos: wave("cosine"),
  Tan: advanced("tan"),
  Asin: advanced("asin"),
  Acos: advanced("acos"),
  Atan: advanced("atan"),
  Sinh: advanced("sinh"),
  Cosh: advanced("cosh"),
  Tanh: float("tanh"),
  Asinh: advanced("asinh"),
  Acosh: advanced("acosh"),
  Atanh: advanced("atanh"),
  Erf: advanced("erf"),
  Floor: rounding("floor"),
  Ceil: rounding("ceil"),
  Round: rounding("round_nearest_even"),
  Cast: cast,
  ClipByValue: ({ x }, { clipValueMin, clipValueMax }) => {
    const [low, high] = [fullLike(x!.type, clipValueMin), fullLike(x!.type, clipValueMax)];
    return select(compare("GT", x!, high), high, select(compare("LT", x!, low), low, x!));
  },
  OnesLike: ({ x }) => fullLike(x!.type, 1),
  ZerosLike: ({ x }) => fullLike(x!.type, 0),
};
