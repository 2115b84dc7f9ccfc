/** Sorting. */
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
