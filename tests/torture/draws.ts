/** Random draws that are a function of a seed and the number of a trial. */

/** Draws of one trial, in order. */
export interface TrialDraws {
  /** From 0 up to but not including 1. */
  next(): number;
  /** A whole number from 0 to below a limit. */
  below(limit: number): number;
  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number;
  /** One of several. */
  pick<T>(among: readonly T[]): T;
  /** Whether something of this probability happens. */
  chance(probability: number): boolean;
}

/** The draws of a trial. */
export function drawsOf(seed: number, trial: number): TrialDraws {
  // The generator sfc32: small, fast and of a long period. Its first numbers still show the seed and are thrown away.
  let [a, b, c, counter] = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0, trial >>> 0, 1];
  const step = () => {
    const sum = (a + b + counter) >>> 0;
    counter = (counter + 1) >>> 0;
    a = (b ^ (b >>> 9)) >>> 0;
    b = (c + (c << 3)) >>> 0;
    c = (((c << 21) | (c >>> 11)) + sum) >>> 0;
    return sum;
  };
  for (let i = 0; i < 15; i++) step();
  const next = () => step() / 2 ** 32;
  const below = (limit: number) => Math.floor(next() * limit);
  const whole = (least: number, most: number) => least + below(most - least + 1);
  return {
    next,
    below,
    whole,
    pick: (among) => among[below(among.length)]!,
    chance: (probability) => next() < probability,
  };
}
