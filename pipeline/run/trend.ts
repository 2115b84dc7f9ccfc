/** Whether longer training pays: what the measurements of a run come to, by statistics that one odd value does not move. */

/** A measurement. */
export interface TrendPoint {
  /** Such as the epoch or the step; growing. */
  readonly x: number;
  /** In the unit of the metric. */
  readonly value: number;
  /** The same of training pictures, where it was measured. */
  readonly training?: number | undefined;
}

/** What the measurements come to. */
export type Trend =
  /** Too few measurements to tell. */
  | { readonly kind: "short"; readonly needed: number }
  /** It still gets better: by `change` of its value there (0.02 is two percent; at most 1) since `since`. */
  | { readonly kind: "better"; readonly since: number; readonly change: number }
  /** Since `since` it stays where it is. */
  | { readonly kind: "flat"; readonly since: number }
  /** It was best at `since` and is `change` of its value there worse now (at most 10); `alone` where that of training pictures is not. */
  | { readonly kind: "worse"; readonly since: number; readonly change: number; readonly alone: boolean | undefined };

const fewest = 8; // measurements
const most = 300; // points that are compared
const onceInForty = 1.96; // standard deviations of a trend by chance: one in 40 goes that far in one direction
const matters = 0.005; // of the value: what is less does not matter

/**
 * Judges measurements in the order of training.
 *
 * The last quarter of them (at least six) is tested for a trend: by Mann and Kendall's statistic, which counts the pairs
 * that grow and those that fall (Kendall 1938), and by Sen's slope, the median of the slopes of all pairs (Sen 1968). It
 * gets better where both say so: the trend is beyond chance (one in 40), and over that quarter it comes to half a percent
 * of the value. Otherwise it gets worse where the same holds, upwards, from the best of the running medians of five on, and comes
 * to one percent. Else it is flat, since the first running median that is as near to the median of the last quarter as
 * half a percent, or as two standard deviations there, and that nine in ten of the later ones stay as near.
 *
 * @param better which way is better
 * @param points those that are not finite are left out
 * @param certain standard deviations that a trend has to be away from none
 */
export function trendOf(
  points: readonly TrendPoint[],
  better: "lower" | "higher",
  certain: number = onceInForty,
): Trend {
  const sign = better === "lower" ? 1 : -1;
  const all = fewer(points.filter(({ value }) => Number.isFinite(value)))
    .map(({ x, value, training }) => ({
      x,
      y: sign * value,
      training: training === undefined ? NaN : sign * training,
    }));
  if (all.length < fewest) return { kind: "short", needed: fewest };
  const smooth = runningMedian(all.map(({ y }) => y));
  // The first two are not yet of five values: an odd one there would make all that follows look flat.
  const [least, greatest] = [Math.min(...smooth), Math.max(...smooth.slice(2))];
  const quarter = all.slice(-Math.max(6, Math.ceil(all.length / 4)));
  const level = median(quarter.map(({ y }) => y));
  // A distance that has come down to nearly 0 is judged by what it came down from.
  const scale = Math.max(Math.abs(level), 0.1 * (greatest - least));
  const recent = slopeOf(quarter);
  if (recent.chance < -certain && -recent.change >= matters * scale) {
    const gain = -recent.change;
    // Of where that quarter began, whatever its scale: a run that began at 17,000 and halves now gains by half.
    return { kind: "better", since: quarter[0]!.x, change: gain / Math.max(Math.abs(level + gain / 2), gain) };
  }
  const best = smooth.indexOf(least);
  const after = all.slice(best);
  if (after.length >= 6 && slopeOf(after).chance > certain && level - least >= 2 * matters * scale) {
    const training = after.filter((point) => Number.isFinite(point.training))
      .map(({ x, training }) => ({ x, y: training }));
    const along = training.length < 6 ? undefined : slopeOf(training);
    return {
      kind: "worse",
      since: bestOf(all.slice(Math.max(0, best - 2), best + 3).map(({ x, y }) => ({ x, value: y })), "lower")!.x,
      change: (level - least) / Math.max(Math.abs(least), (level - least) / 10),
      alone: along === undefined ? undefined : !(along.chance > certain && along.change >= matters * scale),
    };
  }
  const scatter = 1.4826 * median(quarter.map(({ y }) => Math.abs(y - level))); // as a standard deviation, where normal
  const near = Math.max(matters * scale, 2 * scatter);
  let [since, far] = [all.length - 1, 0];
  for (let i = all.length - 1; i >= 0; i--) {
    if (Math.abs(smooth[i]! - level) > near) far++;
    else if (far <= 0.1 * (all.length - i)) since = i;
  }
  return { kind: "flat", since: all[since]!.x };
}

/** The best measurement; undefined where none is finite. */
export function bestOf<P extends { readonly value: number }>(
  points: readonly P[],
  better: "lower" | "higher",
): P | undefined {
  const beats = (a: number, b: number) => better === "lower" ? a < b : a > b;
  return points.filter(({ value }) => Number.isFinite(value))
    .reduce<P | undefined>(
      (best, point) => best === undefined || beats(point.value, best.value) ? point : best,
      undefined,
    );
}

/** At most some hundred points, each the median of as many in a row: all their pairs are compared. */
function fewer(points: readonly TrendPoint[]): TrendPoint[] {
  const size = Math.ceil(points.length / most);
  if (size <= 1) return [...points];
  return Array.from({ length: Math.ceil(points.length / size) }, (_, i) => {
    const part = points.slice(i * size, (i + 1) * size);
    const training = part.flatMap(({ training }) => training ?? []);
    return {
      x: part.at(-1)!.x,
      value: median(part.map(({ value }) => value)),
      training: training.length === 0 ? undefined : median(training),
    };
  });
}

/** The trend of points: how many standard deviations it is from none, and how far Sen's slope goes from end to end. */
function slopeOf(points: readonly { readonly x: number; readonly y: number }[]): { chance: number; change: number } {
  const slopes: number[] = [];
  let grown = 0; // pairs that grow, less those that fall
  for (const [i, a] of points.entries()) {
    for (const b of points.slice(i + 1)) {
      slopes.push((b.y - a.y) / (b.x - a.x));
      grown += Math.sign(b.y - a.y);
    }
  }
  const n = points.length;
  const deviation = Math.sqrt(n * (n - 1) * (2 * n + 5) / 18);
  return { chance: (grown - Math.sign(grown)) / deviation, change: median(slopes) * (points.at(-1)!.x - points[0]!.x) };
}

/** The median of each value and the two on both sides of it; of fewer near the ends. */
function runningMedian(values: readonly number[]): number[] {
  return values.map((_, i) => {
    const reach = Math.min(2, i, values.length - 1 - i);
    return median(values.slice(i - reach, i + reach + 1));
  });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}
