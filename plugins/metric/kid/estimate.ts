/** Kernel inception distance from features: the unbiased estimate of one batch. */

/** Features of pictures, `count * dimensions` numbers, picture by picture. */
export interface Features {
  readonly data: ArrayLike<number>;
  readonly count: number;
}

/**
 * The squared maximum mean discrepancy between two sets of features under the kernel `(x · y / dimensions + 1)³`, without
 * bias: it may be negative (Bińkowski et al. 2018, arXiv:1801.01401, section 4; Gretton et al. 2012, lemma 6).
 *
 * @param real at least two pictures
 * @param generated at least two pictures
 */
export function kernelDistance(real: Features, generated: Features, dimensions: number): number {
  const within = (set: Features) => mean(set, set, dimensions, true);
  return within(real) + within(generated) - 2 * mean(real, generated, dimensions, false);
}

/** Mean kernel of all pairs, or of all pairs of different pictures. In float64: the three means nearly cancel. */
function mean(a: Features, b: Features, dimensions: number, different: boolean): number {
  let sum = 0;
  for (let i = 0; i < a.count; i++) {
    for (let j = 0; j < b.count; j++) {
      if (!different || i !== j) sum += kernel(a.data, i, b.data, j, dimensions);
    }
  }
  return sum / (different ? a.count * (a.count - 1) : a.count * b.count);
}

/** The kernel of picture `i` of one set and picture `j` of another. */
export function kernel(a: ArrayLike<number>, i: number, b: ArrayLike<number>, j: number, dimensions: number): number {
  let product = 0;
  for (let k = 0, x = i * dimensions, y = j * dimensions; k < dimensions; k++) product += a[x + k]! * b[y + k]!;
  return (product / dimensions + 1) ** 3;
}
