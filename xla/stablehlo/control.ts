/** Sorting, loops and choices. */
import { compare } from "./elementwise.ts";
import { readable, require, sameType } from "./type.ts";
import { region, several, type Value } from "./value.ts";

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

/** Sorts by the first value, the smallest (or largest) first. */
export function sortBy(values: readonly Value[], axis: number, direction: "LT" | "GT"): Value[] {
  return sort(values, axis, (a, b) => compare(direction, a!, b!));
}

/**
 * Repeats `body` while `condition` (a scalar i1) holds. Both see only what is carried and constants made inside.
 *
 * @returns what is carried, as the last step left it
 */
export function loop(
  carried: readonly Value[],
  condition: (...carried: Value[]) => Value,
  body: (...carried: Value[]) => readonly Value[],
): Value[] {
  const types = carried.map(({ type }) => type);
  const step = region(types, body);
  step.results.forEach((result, i) =>
    require(
      sameType(result.type, types[i]!),
      () => `Cannot carry ${readable(result.type)} on in a loop where ${readable(types[i]!)} started`,
    )
  );
  return several("stablehlo.while", carried, "", types, [region(types, condition), step]);
}
