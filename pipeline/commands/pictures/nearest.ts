/** The nearest pictures by their pixels: exact, and fast by looking at coarse pictures first. */
import { type Picture, resize } from "../../../lib/image/mod.ts";

/** Sides of what is compared, in pixels. */
export const side = 32;
const coarse = 8;
const [fineLength, coarseLength] = [side * side * 3, coarse * coarse * 3];

/** A picture as it is compared: `side`² pixels, and `coarse`² whose values are scaled so that distances are bounds. */
export interface Sight {
  readonly fine: Float32Array;
  readonly coarse: Float32Array;
}

/** A picture that was found. */
export interface Found {
  /** Place among those that were searched. */
  readonly index: number;
  readonly mirrored: boolean;
  /** Root mean square difference of `side`×`side` pixels, in levels of 0 to 255. */
  readonly distance: number;
}

/** What is compared of a picture: its mean colours in `side`×`side` cells. */
export function sightOf(picture: Picture): Sight {
  const { data } = resize(picture, { width: side, height: side, method: "box" });
  const fine = Float32Array.from(data);
  const small = new Float32Array(coarseLength);
  const ratio = side / coarse;
  for (let i = 0; i < fineLength; i++) {
    const row = Math.floor(i / (side * 3)), column = Math.floor(i / 3) % side;
    small[(Math.floor(row / ratio) * coarse + Math.floor(column / ratio)) * 3 + i % 3]! += fine[i]!;
  }
  // A sum of n differences is at most √n times their length: divided by √n, coarse distances are lower bounds.
  return { fine, coarse: small.map((sum) => sum / ratio) };
}

/** The same mirrored left to right. */
export function mirrored({ fine, coarse: small }: Sight): Sight {
  return { fine: turned(fine, side), coarse: turned(small, coarse) };
}

function turned(values: Float32Array, width: number): Float32Array {
  return values.map((_, i) => {
    const column = Math.floor(i / 3) % width;
    return values[i + (width - 1 - 2 * column) * 3]!;
  });
}

/** Keeps the nearest of all that it is shown. */
export class Nearest {
  readonly #found: { index: number; mirrored: boolean; square: number }[] = [];
  constructor(private readonly of: Sight, private readonly most: number) {}

  /** Compares one more picture: of a picture and its mirror image only the nearer counts. */
  add(index: number, sights: readonly Sight[]): void {
    let best: { mirrored: boolean; square: number } | undefined;
    for (const [i, sight] of sights.entries()) {
      const limit = Math.min(best?.square ?? Infinity, this.#found.length < this.most ? Infinity : this.#last());
      if (square(this.of.coarse, sight.coarse, limit) >= limit) continue;
      const exact = square(this.of.fine, sight.fine, limit);
      if (exact < limit) best = { mirrored: i > 0, square: exact };
    }
    if (best === undefined) return;
    const place = this.#found.findIndex((other) => other.square > best.square);
    this.#found.splice(place < 0 ? this.#found.length : place, 0, { index, ...best });
    if (this.#found.length > this.most) this.#found.pop();
  }

  #last(): number {
    return this.#found.at(-1)!.square;
  }

  /** The nearest first. */
  get found(): Found[] {
    return this.#found.map(({ index, mirrored, square }) => ({
      index,
      mirrored,
      distance: Math.sqrt(square / fineLength),
    }));
  }
}

const stride = 192; // values between looks at the limit

/** Sum of squared differences; whatever is at least `limit` once that is known. */
function square(a: Float32Array, b: Float32Array, limit: number): number {
  let sum = 0;
  for (let from = 0; from < a.length && sum < limit; from += stride) {
    for (let i = from; i < from + stride; i++) {
      const difference = a[i]! - b[i]!;
      sum += difference * difference;
    }
  }
  return sum;
}
