/** Whether something grows, by a line through its measurements that single outliers do not move. */

/** A measurement after so many steps. */
export interface HeapPoint {
  readonly step: number;
  readonly value: number;
}

/** Growth per step: the median of the slopes between points that lie half of the way apart (Theil and Sen, in short). */
export function slopeOf(points: readonly HeapPoint[]): number {
  const half = points.length >> 1;
  const slopes = points.slice(0, points.length - half).map(({ step, value }, i) => {
    const other = points[i + half]!;
    return (other.value - value) / (other.step - step);
  }).sort((a, b) => a - b);
  return slopes[slopes.length >> 1] ?? 0;
}
