/** Sorting and loops. */
import { binary, compare } from "./elementwise.ts";
import { scalar } from "./constant.ts";
import { readable, require, sameType, type Type } from "./type.ts";
import { type Op, type Region, region, several, source, type Value } from "./value.ts";

/**
 * Sorts values together along an axis; equal keys keep their order.
 *
 * @param before whether the first of two elements comes first: gets, for each value, the two scalars
 */
export function sort(values: readonly Value[], axis: number, before: (...pairs: Value[]) => Value): Value[] {
  const scalars = values.flatMap(({ dtype }) => [{ shape: [], dtype }, { shape: [], dtype }]);
  return several(
    "stablehlo.sort",
    values,
    `dimension = ${axis} : i64, is_stable = true`,
    values.map(({ type }) => type),
    [region(scalars, before)],
  );
}

/**
 * Computes `body` for `from`, `from + 1`, … below `to`, both i32 scalars, and hands on what it gives.
 *
 * @param carried what the first turn starts from
 * @param body gets the number of the turn and what the turn before gave. It may use inputs of the program; what else it
 *   uses from outside is computed in each turn, but for inputs that are rounded: they are before the first one
 * @returns what the last turn gave
 */
export function loop(
  from: Value,
  to: Value,
  carried: readonly Value[],
  body: (i: Value, carried: readonly Value[]) => readonly Value[],
): Value[] {
  const i = source(from.type, "turn"), end = source(to.type, "end");
  const before = carried.map(({ type }) => source(type, "carried"));
  const after = body(i, before);
  checkCarried(after.map(({ type }) => type), carried.map(({ type }) => type));
  const own = [i, end, ...before];
  const fixed = inputsOf(after, new Set(own.map(({ op }) => op))); // bodies are closed: these are handed from turn to turn
  const step: Region = {
    args: [...own, ...fixed],
    results: [binary("add", i, scalar(1, "i32")), end, ...after, ...fixed],
  };
  const operands = [from, to, ...carried, ...fixed];
  const types = operands.map(({ type }) => type);
  const unfinished = region(types, (i, end) => compare("LT", i!, end!));
  return several("stablehlo.while", operands, "", types, [unfinished, step]).slice(2, 2 + carried.length);
}

function checkCarried(after: readonly Type[], before: readonly Type[]): void {
  require(after.length === before.length, () => `Cannot carry ${after.length} values on in a loop of ${before.length}`);
  after.forEach((type, i) =>
    require(
      sameType(type, before[i]!),
      () => `Cannot carry ${readable(type)} on in a loop where ${readable(before[i]!)} started`,
    )
  );
}

/**
 * The inputs that values are computed from, besides those that are known. Of an input that is rounded, what it is rounded
 * to: XLA takes much out of loops that is the same in each turn, but no conversions, and rounds all weights in each.
 */
function inputsOf(values: readonly Value[], known: ReadonlySet<Op>): Value[] {
  const seen = new Set<Op>();
  const inputs: Value[] = [];
  const stack = [...values];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { op, index } = next;
    if (op.held !== undefined || isRoundedInput(op, known)) {
      if (!known.has(op) && !inputs.some((input) => input.op === op && input.index === index)) inputs.push(next);
    } else if (!seen.has(op)) {
      seen.add(op);
      stack.push(...op.operands);
    }
  }
  return inputs;
}

/** What rearranges elements and leaves them as they are. */
const rearranging = new Set(["stablehlo.reshape", "stablehlo.transpose", "stablehlo.reverse", "stablehlo.slice"]);

function isRoundedInput({ name, operands, results }: Op, known: ReadonlySet<Op>): boolean {
  if (name !== "stablehlo.convert" || results[0]!.dtype !== "bf16") return false;
  let from = operands[0]!.op;
  while (rearranging.has(from.name) && from.held === undefined) from = from.operands[0]!.op;
  return from.held !== undefined && !known.has(from);
}
