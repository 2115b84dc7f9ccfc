/** Says which files of a folder are not used, so that no picture is missing without a word. */
import { extname } from "node:path";
import { isCompanion, type Listing } from "./folder.ts";

/**
 * A sentence for each kind of thing that is left out, with what to do; none for files that belong beside pictures, such
 * as captions.
 */
export function leftOut(folder: string, { others, special, unnamed }: Listing): string[] {
  const sentences: string[] = [];
  if (others.some((name) => !isCompanion(name))) {
    const several = others.length > 1;
    sentences.push(
      `${others.length} other ${several ? "files" : "file"} in "${folder}" ${several ? "are" : "is"} left out: ` +
        `${byEnding(others)}; convert what is a picture to PNG or JPEG`,
    );
  }
  if (unnamed.length > 0) {
    sentences.push(
      `${counted(unnamed.length, "file")} in "${folder}" cannot be opened, because ` +
        `${unnamed.length > 1 ? "their names are" : "its name is"} not UTF-8, such as "${unnamed[0]}": rename ` +
        (unnamed.length > 1 ? "them" : "it"),
    );
  }
  if (special.length > 0) {
    sentences.push(
      `${counted(special.length, "entry", "entries")} in "${folder}" ${special.length > 1 ? "are" : "is"} left out, ` +
        `such as "${special[0]}": neither a file nor a folder, or a link that leads nowhere`,
    );
  }
  return sentences;
}

/** How many files have each ending, the most frequent first, such as `5 .bmp, 2 without an ending`. */
export function byEnding(names: readonly string[], most = 6): string {
  const groups = Map.groupBy(names, (name) => extname(name).toLowerCase());
  // Equal counts by name, so that the sentence is the same each time; "~" comes after letters.
  const sorted = [...groups].sort(([a, one], [b, other]) => {
    return other.length - one.length || ((a || "~") < (b || "~") ? -1 : 1);
  });
  const kinds = sorted.slice(0, most).map(([ending, { length }]) => `${length} ${ending || "without an ending"}`);
  const rest = sorted.slice(most).reduce((sum, [, { length }]) => sum + length, 0);
  return [...kinds, ...(rest > 0 ? [`${rest} of other kinds`] : [])].join(", ");
}

function counted(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}
