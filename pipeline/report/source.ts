/** Remembers the text that a place points into, for its code frame: a recipe may come from a checkpoint or the command line. */
import type { Place } from "../problem.ts";

/** Name of the "file" that command line overrides stand in. */
export const commandLine = "command line";

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
    // Sources are small; anything else is no place to print a line of.
    if (place.file === commandLine || Deno.statSync(place.file).size > 2 ** 21) return undefined;
    return Deno.readTextFileSync(place.file);
  } catch {
    return undefined;
  }
}

/** Splits a text as editors count its lines. */
export function linesOf(text: string): string[] {
  return text.split(/\r\n|\r|\n/);
}
