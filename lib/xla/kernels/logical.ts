/** Kernels that compare, and that compute with truth. */
import {
  and,
  broadcastTo,
  compare,
  type Comparison,
  convert,
  fullLike,
  isFinite,
  isNaN,
  not,
  or,
  reshape,
  select,
  unary,
  type Value,
} from "../stablehlo/mod.ts";
import { broadcastTogether } from "./broadcasting.ts";
import type { DeviceKernels, Inputs } from "./types.ts";

const comparison = (direction: Comparison) => ({ a, b }: Inputs): Value =>
  compare(direction, ...broadcastTogether(a!, b!));

/** Elements of `t` where the condition holds, else of `e`. A condition of one axis chooses whole rows. */
function choose({ condition, t, e }: Inputs): Value {
  const given = convert(condition!, "i1");
  const rows = given.rank === 1 && t!.rank > 1
    ? reshape(given, [given.size, ...t!.shape.slice(1).map(() => 1)])
    : given;
  return select(broadcastTo(rows, t!.shape), t!, e!);
}

export const logical: DeviceKernels = {
  Equal: comparison("EQ"),
  NotEqual: comparison("NE"),
  Less: comparison("LT"),
  LessEqual: comparison("LE"),
  Greater: comparison("GT"),
  GreaterEqual: comparison("GE"),
  LogicalAnd: ({ a, b }) => and(...broadcastTogether(convert(a!, "i1"), convert(b!, "i1"))),
  LogicalOr: ({ a, b }) => or(...broadcastTogether(convert(a!, "i1"), convert(b!, "i1"))),
  LogicalNot: ({ x }) => not(convert(x!, "i1")),
  Select: choose,
  IsNan: ({ x }) => x!.dtype === "f32" ? isNaN(x!) : fullLike({ shape: x!.shape, dtype: "i1" }, 0),
  IsFinite: ({ x }) => x!.dtype === "f32" ? isFinite(x!) : fullLike({ shape: x!.shape, dtype: "i1" }, 1),
  IsInf: ({ x }) =>
    x!.dtype === "f32" ? compare("EQ", unary("abs", x!), Infinity) : fullLike({ shape: x!.shape, dtype: "i1" }, 0),
};
