/** Remembers the text that a place points into, for its code frame: a recipe may come from a checkpoint or the command line. */
import type { Place } from "./problem.ts";

/** Name of the "file" that holds command line overrides. */
export const overridesFile = "command line";

const texts = new WeakMap<Place, string>();

/** A place in a text that printing finds again. */
export function placeIn(text: string, place: Place): Place {
  texts.set(place, text);
  return place;
}

/** The text a place points into: what `placeIn` was given, else the file as it is now, else undefined. */
export function sourceOf(place: Place): string | undefined {
  const known = texts.get(place);
  if (known !== undefined) return known;
  try {
    // Sources are small; anything larger is not worth printing a line of.
    if (place.file === overridesFile || Deno.statSync(place.file).size > 2 ** 21) return undefined;
    return Deno.readTextFileSync(place.file);
  } catch {
    return undefined;
  }
}

/** Splits a text as editors count its lines. */
export function textLines(text: string): string[] {
  return text.split(/\r\n|\r|\n/);
}

/** The column of a place in a line: characters before it, plus 1. `index` is in UTF-16 units. */
export function columnAt(line: string, index: number): number {
  return charactersIn(line.slice(0, index)) + 1;
}

/** Where a column begins, in UTF-16 units; the end of the line for columns behind it. */
export function indexAt(line: string, column: number): number {
  if (ascii.test(line)) return Math.min(column - 1, line.length);
  let index = 0;
  for (let at = 1; at < column && index < line.length; at++) index += line.codePointAt(index)! > 0xffff ? 2 : 1;
  return index;
}

/** Characters (code points) of a text. */
export function charactersIn(text: string): number {
  if (ascii.test(text)) return text.length;
  let count = 0;
  for (const _ of text) count++;
  return count;
}

// deno-lint-ignore no-control-regex -- every character of one unit that stands for itself
const ascii = /^[\x00-\x7f]*$/;
