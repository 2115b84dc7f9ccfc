/** Tells of characters that cannot be seen or look like others, where a problem may come of them. */
import { characterName, explainOdd, type Odd, oddCharacters, visible, visibleBlanks } from "../../lib/text/mod.ts";
import { listed } from "./messages/text.ts";
import type { Place, Problem } from "./problem.ts";
import { charactersIn, columnAt, indexAt, overridesFile, placeIn, sourceOf, textLines } from "./source.ts";

const mostTold = 3;

/** An odd character, or an escape that stands for one, in a line. */
interface Finding {
  readonly index: number;
  readonly length: number;
  readonly text: string;
}

/**
 * A problem whose place holds odd characters, with the first of them as its place, and what they are first in its help.
 * Any other problem as it is. Their names are told once `loadNames` has them.
 */
export function tellOdd<P extends Problem>(problem: P): P {
  const { place } = problem;
  if (place === undefined || problem.code === "tab-indent") return problem;
  const source = sourceOf(place);
  const line = source === undefined ? undefined : lines(source)[place.line - 1];
  if (source === undefined || line === undefined) return problem;
  const found = findings(line, place, problem.code);
  const [first] = found;
  if (first === undefined) return problem;
  const at = (index: number) =>
    place.file === overridesFile ? `column ${columnAt(line, index)}` : `${place.line}:${columnAt(line, index)}`;
  const told = found.slice(0, mostTold).map(({ index, text }) => `${at(index)} is ${text}`);
  const more = found.slice(mostTold).map(({ index }) => at(index));
  const moved = placeIn(source, {
    ...place,
    column: columnAt(line, first.index),
    length: charactersIn(line.slice(first.index, first.index + first.length)),
  });
  const rest = more.length === 0 ? [] : [`more such characters: ${listed(more, "and", 8)}`];
  return { ...problem, place: moved, help: [...told, ...rest, ...problem.help] };
}

/** What is odd about words of the command line that a text speaks of: a line of help for each. */
export function oddWords(text: string, words: readonly string[]): string[] {
  return words.filter((word) => [word, visible(word), visibleBlanks(word)].some((form) => text.includes(form))).flatMap(
    (word) =>
      oddCharacters(word).slice(0, mostTold).map((odd) =>
        `character ${columnAt(word, odd.index)} of "${visible(word)}" is ${explainOdd(dashes(odd), word)}`
      ),
  );
}

function findings(line: string, place: Place, code: string): Finding[] {
  const start = indexAt(line, place.column);
  const end = indexAt(line, place.column + Math.min(place.length, line.length));
  const marked = line.slice(start, end);
  const within = (text: string, from: number): Finding[] =>
    oddCharacters(text).map((odd) => ({
      index: from + odd.index,
      length: odd.character.length,
      text: explainOdd(place.file === overridesFile && from + odd.index === 0 ? dashes(odd) : odd, text),
    }));
  if (code === "yaml-syntax") {
    const found = within(marked, start);
    // The library may notice what is wrong later in the line than where it is.
    return found.length > 0 ? found : within(line.replace(/(^|\s)#.*$/, ""), 0);
  }
  // What is wrong with a whole list or map is not a character of a text in it.
  if (/^[[{]/.test(marked)) return [];
  const open = marked.endsWith('"') ? marked.indexOf('"') : -1;
  return [...within(marked, start), ...(open < 0 ? [] : escapes(marked.slice(open), start + open))];
}

/** Two hyphens that a word processor has made a dash of. */
function dashes(odd: Odd): Odd {
  return odd.index === 0 && odd.meant === "-" ? { ...odd, meant: "--" } : odd;
}

const escaped: Readonly<Record<string, string>> = {
  "0": "\0",
  a: "\x07",
  b: "\b",
  e: "\x1b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  N: "\x85",
  _: "\xa0",
  L: "\u2028",
  P: "\u2029",
};

/** Escapes of YAML that stand for odd characters: `\n` in "C:\new" is a line break. */
function escapes(quoted: string, from: number): Finding[] {
  const pattern = /\\(?:x([\da-f]{2})|u([\da-f]{4})|U([\da-f]{8})|(.))/gi;
  return [...quoted.matchAll(pattern)].flatMap((match) => {
    const { 0: escape, 1: two, 2: four, 3: eight, 4: letter = "", index } = match;
    const code = Number.parseInt(two ?? four ?? eight ?? "", 16);
    const character = Number.isNaN(code) ? escaped[letter] : code > 0x10ffff ? undefined : String.fromCodePoint(code);
    const [odd] = character === undefined ? [] : oddCharacters(character);
    if (odd === undefined) return [];
    // A letter behind a backslash is a path more often than it is an escape.
    const text = letter === ""
      ? explainOdd(odd, `${odd.character}a`)
      : `${characterName(odd.character)}, as double quotes read ${escape}: write \\${escape}, or use single quotes`;
    return [{ index: from + index, length: escape.length, text }];
  });
}

let last: { readonly source: string; readonly lines: readonly string[] } = { source: "", lines: [""] };

/** The lines of a text; those of the last one are kept, for many problems come from one. */
function lines(source: string): readonly string[] {
  if (last.source !== source) last = { source, lines: textLines(source) };
  return last.lines;
}
