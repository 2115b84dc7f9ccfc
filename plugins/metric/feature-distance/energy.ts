/** The energy distance between two sets of features, in units of how far real pictures are apart. */

/** Features of pictures, `count * dimensions` numbers, picture by picture. */
export interface Features {
  readonly data: ArrayLike<number>;
  readonly count: number;
}

const leastSpread = 0.05; // of the mean spread: a feature that hardly varies must not decide

/** What features are measured in: their mean and spread over real pictures. */
export interface Scale {
  readonly mean: Float64Array;
  readonly spread: Float64Array;
}

/** Mean and spread of each feature; one that hardly varies has a part of the mean spread. */
export function scaleOf({ data, count }: Features, dimensions: number): Scale {
  const mean = new Float64Array(dimensions);
  const variance = new Float64Array(dimensions);
  for (let i = 0; i < count * dimensions; i++) mean[i % dimensions]! += data[i]! / count;
  for (let i = 0; i < count * dimensions; i++) {
    variance[i % dimensions]! += (data[i]! - mean[i % dimensions]!) ** 2 / count;
  }
  const usual = Math.sqrt(variance.reduce((sum, one) => sum + one, 0) / dimensions);
  const least = leastSpread * usual || 1;
  return { mean, spread: variance.map((one) => Math.max(least, Math.sqrt(one))) };
}

/** Features in units of a scale. */
export function scaled({ data, count }: Features, { mean, spread }: Scale): Features {
  const { length } = mean;
  return {
    data: Float32Array.from(data, (value, i) => (value - mean[i % length]!) / spread[i % length]!),
    count,
  };
}

/** Mean distance of two different pictures of a set. */
export function meanWithin(set: Features, dimensions: number): number {
  let sum = 0;
  for (let i = 0; i < set.count; i++) for (let j = 0; j < i; j++) sum += apart(set.data, i, set.data, j, dimensions);
  return 2 * sum / (set.count * (set.count - 1));
}

/** Mean distance of a picture of one set and a picture of another. */
export function meanBetween(a: Features, b: Features, dimensions: number): number {
  let sum = 0;
  for (let i = 0; i < a.count; i++) for (let j = 0; j < b.count; j++) sum += apart(a.data, i, b.data, j, dimensions);
  return sum / (a.count * b.count);
}

/**
 * `2 E|x - y| - E|x - x'| - E|y - y'|` over `E|x - x'|` of the real pictures `x`: 0 for sets of one distribution, without
 * bias, so that it may be negative; about 1 where generated pictures are further from real ones than those are apart
 * (Székely and Rizzo 2013, "Energy statistics", section 2).
 *
 * @param within `meanWithin` of the real pictures
 */
export function energyDistance(real: Features, within: number, generated: Features, dimensions: number): number {
  const between = meanBetween(real, generated, dimensions);
  const distance = 2 * between - within - meanWithin(generated, dimensions);
  return distance === 0 ? 0 : distance / within;
}

function apart(a: ArrayLike<number>, i: number, b: ArrayLike<number>, j: number, dimensions: number): number {
  let sum = 0;
  for (let k = 0, x = i * dimensions, y = j * dimensions; k < dimensions; k++) sum += (a[x + k]! - b[y + k]!) ** 2;
  return Math.sqrt(sum);
}
