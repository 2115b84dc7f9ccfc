/** Operations on each element. Operands have equal shapes; broadcasting is explicit. */
import { fullLike } from "./constant.ts";
import { type ElementType, isFloat, readable, require, sameShape, sameType } from "./type.ts";
import { single, type Value } from "./value.ts";

/** Operations of one operand that keep its type. */
export type Unary =
  | "abs"
  | "negate"
  | "sign"
  | "exponential"
  | "exponential_minus_one"
  | "log"
  | "log_plus_one"
  | "sqrt"
  | "rsqrt"
  | "sine"
  | "cosine"
  | "tanh"
  | "logistic"
  | "floor"
  | "ceil"
  | "round_nearest_even"
  | "not";

/** Operations that the dialect of higher-level operations adds; for floats. */
export type Special =
  | "erf"
  | "tan"
  | "asin"
  | "acos"
  | "atan"
  | "sinh"
  | "cosh"
  | "asinh"
  | "acosh"
  | "atanh";

/** Operations of two operands that keep their type. */
export type Binary =
  | "add"
  | "subtract"
  | "multiply"
  | "divide"
  | "remainder"
  | "power"
  | "maximum"
  | "minimum"
  | "atan2"
  | "and"
  | "or"
  | "xor"
  | "shift_left"
  | "shift_right_logical"
  | "shift_right_arithmetic";

export type Comparison = "EQ" | "NE" | "LT" | "LE" | "GT" | "GE";

const forIntegers: ReadonlySet<string> = new Set(["abs", "negate", "sign", "not"]);

export function unary(name: Unary, x: Value): Value {
  const fits = name === "not" ? !isFloat(x.dtype) : isFloat(x.dtype) || forIntegers.has(name) && x.dtype !== "i1";
  require(fits, () => `Cannot take "${name}" of ${readable(x.type)}`);
  return single(`stablehlo.${name}`, [x], "", x.type);
}

export function special(name: Special, x: Value): Value {
  require(isFloat(x.dtype), () => `Cannot take "${name}" of ${readable(x.type)}`);
  return single(`chlo.${name}`, [x], "", x.type);
}

/** A number as second operand stands for a tensor filled with it. */
export function binary(name: Binary, a: Value, second: Value | number): Value {
  const b = typeof second === "number" ? fullLike(a.type, second) : second;
  require(sameType(a.type, b.type), () => `Cannot take "${name}" of ${readable(a.type)} and ${readable(b.type)}`);
  return single(`stablehlo.${name}`, [a, b], "", a.type);
}

export const add = (a: Value, b: Value | number): Value => binary("add", a, b);
export const sub = (a: Value, b: Value | number): Value => binary("subtract", a, b);
export const mul = (a: Value, b: Value | number): Value => binary("multiply", a, b);
export const div = (a: Value, b: Value | number): Value => binary("divide", a, b);
export const max = (a: Value, b: Value | number): Value => binary("maximum", a, b);
export const min = (a: Value, b: Value | number): Value => binary("minimum", a, b);
export const and = (a: Value, b: Value | number): Value => binary("and", a, b);
export const or = (a: Value, b: Value | number): Value => binary("or", a, b);
export const neg = (x: Value): Value => unary("negate", x);
export const not = (x: Value): Value => unary("not", x);

/** An i1 tensor. NaN is unequal to all, and neither less nor greater. */
export function compare(direction: Comparison, a: Value, second: Value | number): Value {
  const b = typeof second === "number" ? fullLike(a.type, second) : second;
  require(sameType(a.type, b.type), () => `Cannot compare ${readable(a.type)} with ${readable(b.type)}`);
  const kind = isFloat(a.dtype) ? "FLOAT" : a.dtype === "i1" || a.dtype.startsWith("u") ? "UNSIGNED" : "SIGNED";
  return single(
    "stablehlo.compare",
    [a, b],
    `comparison_direction = #stablehlo<comparison_direction ${direction}>, compare_type = #stablehlo<comparison_type ${kind}>`,
    { shape: a.shape, dtype: "i1" },
  );
}

/** `a` where `condition` holds, else `b`. The condition has their shape, or is a scalar. */
export function select(condition: Value, first: Value | number, second: Value | number): Value {
  require(typeof first !== "number" || typeof second !== "number", () => "Cannot select between two plain numbers");
  const a = typeof first === "number" ? fullLike((second as Value).type, first) : first;
  const b = typeof second === "number" ? fullLike(a.type, second) : second;
  require(
    condition.dtype === "i1" && sameType(a.type, b.type) &&
      (condition.rank === 0 || sameShape(condition.shape, a.shape)),
    () => `Cannot select between ${readable(a.type)} and ${readable(b.type)} by ${readable(condition.type)}`,
  );
  return single("stablehlo.select", [condition, a, b], "", a.type);
}

/** Converts numbers. Floats go to integers by truncation; to i1 by whether they differ from zero. */
export function convert(x: Value, dtype: ElementType): Value {
  if (x.dtype === dtype) return x;
  if (dtype === "i1") return compare("NE", x, 0);
  return single("stablehlo.convert", [x], "", { shape: x.shape, dtype });
}

/** The same bits as another type of equal width. */
export function bitcast(x: Value, dtype: ElementType): Value {
  return x.dtype === dtype ? x : single("stablehlo.bitcast_convert", [x], "", { shape: x.shape, dtype });
}

/** The bytes of each 32-bit element along a new last axis, `ui8 [..., 4]`, the lowest first. */
export function bytesOf(x: Value): Value {
  return single("stablehlo.bitcast_convert", [x], "", { shape: [...x.shape, 4], dtype: "ui8" });
}

export function isFinite(x: Value): Value {
  require(isFloat(x.dtype), () => `Cannot tell whether ${readable(x.type)} is finite`);
  return single("stablehlo.is_finite", [x], "", { shape: x.shape, dtype: "i1" });
}

/** i1: where `x` is not a number. */
export function isNaN(x: Value): Value {
  return compare("NE", x, x);
}
