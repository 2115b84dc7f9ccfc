/** Finds the name that was probably meant: "did you mean block_depth?". */
import { asMeant } from "../../lib/text/mod.ts";

/**
 * The candidate closest to `name`, or undefined when none is close enough to be meant.
 *
 * Case, `-`, `_`, spaces and what cannot be seen count for nothing, and what looks like a letter is that letter;
 * otherwise one edit in three characters is forgiven. A name that begins a single candidate (of three characters and
 * more) means that one. Of two as close, the one that begins alike for longer;
 * then the one that comes first.
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = fold(name);
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  const all = [...candidates].filter((candidate) => candidate !== name);
  let best: string | undefined;
  let bestDistance = limit + 1;
  let bestShared = -1;
  for (const candidate of all) {
    const folded = fold(candidate);
    if (Math.abs(folded.length - wanted.length) > bestDistance) continue;
    const distance = editDistance(wanted, folded);
    // A name of two characters is near to every other one: at least half of it has to agree.
    if (distance > Math.min(limit, folded.length / 2)) continue;
    const shared = begunAlike(wanted, folded);
    if (distance > bestDistance || (distance === bestDistance && shared <= bestShared)) continue;
    [best, bestDistance, bestShared] = [candidate, distance, shared];
  }
  if (best !== undefined || wanted.length < 3) return best;
  const begun = all.filter((candidate) =>
    fold(candidate).startsWith(wanted) || wanted.startsWith(`${fold(candidate)}s`)
  );
  return begun.length === 1 ? begun[0] : undefined;
}

/** Characters at the start in which two names agree. */
function begunAlike(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

/** What is left of a name when spelling habits are set aside. */
function fold(name: string): string {
  // Names in files can be any length; edit distance is quadratic.
  return asMeant(name.slice(0, 100)).toLowerCase().replace(/[-_\s]+/g, "");
}

/**
 * Edits that turn `a` into `b`: insertions, deletions, substitutions, and swaps of neighbours, each counting 1
 * (optimal string alignment, the restricted Damerau-Levenshtein distance).
 */
export function editDistance(a: string, b: string): number {
  const [from, to] = [[...a], [...b]];
  let before: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) {
        cost = Math.min(cost, before[j - 2]! + 1);
      }
      row.push(cost);
    }
    [before, last] = [last, row];
  }
  return last[to.length]!;
}
