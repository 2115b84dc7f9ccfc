/**
 * Averages of other lengths, computed after training: which combination of tracked averages has the profile that is wanted
 * (Karras et al. 2023, arXiv:2312.02696, section 3.2 and appendix C). On the host, in float64.
 */

/** A power function over the training: what the network was at τ counts `(γ+1) τ^γ / at^(γ+1)`, up to `at`. */
export interface Profile {
  /** How far the training was: only ratios matter. */
  readonly at: number;
  /** γ ≥ 0. */
  readonly exponent: number;
}

/** Which part of each average makes another one. */
export interface Combination {
  /** For each profile; they sum to 1. */
  readonly coefficients: readonly number[];
  /** Distance of the profile that they give from the one wanted, as a part of that one's norm (L2): 0 where it is reached. */
  readonly error: number;
}

/** The inner product of two profiles (equation 128, and algorithm 3). */
export function innerProduct(a: Profile, b: Profile): number {
  const [early, late] = a.at < b.at ? [a, b] : [b, a];
  const ratio = (early.at / late.at) ** late.exponent;
  return (a.exponent + 1) * (b.exponent + 1) * ratio / ((a.exponent + b.exponent + 1) * late.at);
}

/** The combination of averages whose profile comes nearest to the one wanted, in the least-squares sense. */
export function combine(profiles: readonly Profile[], wanted: Profile): Combination {
  return combinations(profiles, [wanted])[0]!;
}

/** The combinations for several profiles that are wanted, in their order. */
export function combinations(profiles: readonly Profile[], wanted: readonly Profile[]): Combination[] {
  const matrix = profiles.map((a) => profiles.map((b) => innerProduct(a, b)));
  const right = wanted.map((one) => profiles.map((profile) => innerProduct(profile, one)));
  return solve(matrix, right).map((solved, k) => {
    const sum = solved.reduce((sum, value) => sum + value, 0);
    const coefficients = solved.map((value) => value / sum);
    const square = innerProduct(wanted[k]!, wanted[k]!);
    // |Σ x p − w|², where each row of the matrix gives the product of one profile with the sum.
    const distance = coefficients.reduce((total, x, i) => {
      const withSum = coefficients.reduce((sum, y, j) => sum + y * matrix[i]![j]!, 0);
      return total + x * (withSum - 2 * right[k]![i]!);
    }, square);
    return { coefficients, error: Math.sqrt(Math.max(0, distance) / square) };
  });
}

/** Solves linear equations for each right side, by elimination with the largest pivot. */
function solve(matrix: readonly (readonly number[])[], right: readonly (readonly number[])[]): number[][] {
  const size = matrix.length, width = size + right.length;
  const rows = matrix.map((row, i) => Float64Array.of(...row, ...right.map((side) => side[i]!)));
  for (let column = 0; column < size; column++) {
    let best = column;
    for (let i = column + 1; i < size; i++) {
      if (Math.abs(rows[i]![column]!) > Math.abs(rows[best]![column]!)) best = i;
    }
    [rows[column], rows[best]] = [rows[best]!, rows[column]!];
    const pivot = rows[column]!;
    for (let i = column + 1; i < size; i++) {
      const row = rows[i]!, factor = row[column]! / pivot[column]!;
      if (factor !== 0) { for (let j = column; j < width; j++) row[j]! -= factor * pivot[j]!; }
    }
  }
  return right.map((_, k) => {
    const solution = new Array<number>(size);
    for (let i = size - 1; i >= 0; i--) {
      let value = rows[i]![size + k]!;
      for (let j = i + 1; j < size; j++) value -= rows[i]![j]! * solution[j]!;
      solution[i] = value / rows[i]![i]!;
    }
    return solution;
  });
}
