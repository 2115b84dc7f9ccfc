/** Ranges of a text as places: their line, their column, their length. */
import type { Place } from "../problems/problem.ts";
import { placeIn } from "../problems/source.ts";
import type { TextSource } from "./parse.ts";

/** Makes places of ranges of a text. Looks up what it has counted once: a line may be long, and hold every value. */
export function placeFinder(text: string, { file, within }: TextSource): (start: number, end: number) => Place {
  const starts = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
  const pairs = Array.from(text.matchAll(/[\u{10000}-\u{10ffff}]/gu), ({ index }) => index);
  const characters = (from: number, to: number) => to - from - (countBelow(pairs, to) - countBelow(pairs, from));
  const written = text.trimEnd().length;
  return (at, end) => {
    // What is missing at the end of a text is missing after its last word.
    const start = at >= written && written > 0 ? written - 1 : at;
    const line = countBelow(starts, start + 1);
    const first = starts[line - 1]!;
    // A value may reach over many lines: what is marked ends with its first.
    const next = (starts[line] ?? text.length + 1) - 1;
    const lineEnd = text[next - 1] === "\r" ? next - 1 : next;
    return placeIn(within?.text ?? text, {
      file,
      line: within?.line ?? line,
      column: characters(first, start) + 1,
      length: Math.max(1, characters(start, Math.min(end, lineEnd))),
    });
  };
}

/** How many of the sorted numbers are below a value. */
function countBelow(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
