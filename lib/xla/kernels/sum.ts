/** Sums, as the device adds them up fastest. */
import { barrier, reshape, sum, type Value } from "../stablehlo/mod.ts";
import { settings } from "./settings.ts";

/** Elements below which one pass is as good as several. */
const fewElements = 65536;
/** Lengths up to which XLA's CPU compiler leaves a sum in the loop that makes its elements. */
const longest = 32;

/**
 * Sum along `axes`, which vanish.
 *
 * On a CPU, XLA turns a long sum into a pass of its own over what is summed, written to memory for it, and where the
 * first axes vanish adds on one element at a time. Short sums it fuses and vectorises: so a long one is taken in stages,
 * which is more exact, too.
 */
export function sumAlong(x: Value, axes: readonly number[]): Value {
  const fits = settings.platform === "cpu" && x.dtype === "f32" && x.size >= fewElements && axes.length > 0 &&
    !axes.includes(x.rank - 1);
  if (!fits) return sum(x, axes);
  let { value, reduced } = merged(x, axes);
  for (let at = stageOf(value, reduced); at !== undefined; at = stageOf(value, reduced)) {
    const [axis, part] = at;
    const { shape } = value;
    const split = [...shape.slice(0, axis), shape[axis]! / part, part, ...shape.slice(axis + 1)];
    // Behind a barrier, as XLA would make one long sum of the stages again.
    [value] = barrier([sum(reshape(value, split), [axis + 1])]) as [Value];
  }
  value = sum(value, reduced);
  return reshape(value, x.shape.filter((_, i) => !axes.includes(i)));
}

/** Neighbouring axes that vanish together become one. */
function merged(x: Value, axes: readonly number[]): { value: Value; reduced: number[] } {
  const shape: number[] = [], reduced: number[] = [];
  x.shape.forEach((n, i) => {
    if (axes.includes(i) && axes.includes(i - 1)) shape[shape.length - 1]! *= n;
    else {
      if (axes.includes(i)) reduced.push(shape.length);
      shape.push(n);
    }
  });
  return { value: reshape(x, shape), reduced };
}

/** An axis that is still long, and how much of it to add up next. */
function stageOf({ shape }: Value, reduced: readonly number[]): readonly [axis: number, part: number] | undefined {
  for (const axis of reduced) {
    const n = shape[axis]!;
    if (n <= longest) continue;
    for (let part = longest; part >= 4; part--) if (n % part === 0) return [axis, part];
  }
  return undefined;
}
