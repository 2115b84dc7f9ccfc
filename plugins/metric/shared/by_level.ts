/** Means of numbers by the noise level of the pictures that they are of. */
import type { LevelNumber } from "denoise/plugin";

/** Adds numbers up in ranges of log-SNR. */
export class ByLevel {
  readonly #ranges: { readonly from: number; readonly to: number; pictures: number; readonly sums: number[] }[];

  /** @param ends log-SNRs between ranges, rising */
  constructor(ends: readonly number[]) {
    this.#ranges = ends.slice(1).map((to, i) => ({ from: ends[i]!, to, pictures: 0, sums: [] }));
  }

  /** Adds the numbers of a picture. Levels beyond the ends count in the first and the last range. */
  add(logSnr: number, numbers: readonly number[]): void {
    const range = this.#ranges.find(({ to }) => logSnr < to) ?? this.#ranges.at(-1);
    if (range === undefined) return;
    range.pictures++;
    for (const [i, number] of numbers.entries()) range.sums[i] = (range.sums[i] ?? 0) + number;
  }

  /** The means of one of the numbers, of all ranges that pictures fell into. */
  means(number: number): LevelNumber[] {
    return this.#ranges.filter(({ pictures }) => pictures > 0).map(({ from, to, pictures, sums }) => ({
      from,
      to,
      value: sums[number]! / pictures,
      pictures,
    }));
  }
}
