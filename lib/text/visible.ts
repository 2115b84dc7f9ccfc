/** Text from outside, escaped before it is printed: no character moves the cursor, turns the text or hides in it. */

/**
 * What is escaped: control characters, line and paragraph separators, half surrogate pairs, and all that cannot be seen
 * (zero-width marks, bidi controls, soft hyphens, tags, variation selectors). Number signs of Arabic and the like are
 * format characters too, but they are drawn.
 */
export const unseen =
  /(?![\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

const everyUnseen = new RegExp(unseen.source, "gu");
/** Emoji of several characters hold joiners and selectors that are part of the picture. */
const emojiOrUnseen = new RegExp(`\\p{RGI_Emoji}|${unseen.source}`, "gv");
const harmless = /^[\x20-\x7e]*$/;

const short: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Text on one line: what is unseen is written as `\n`, `\u001b`, `\u{e0041}`; all else stays as it is. */
export function visible(text: string): string {
  return replaceUnseen(text, (character) => short[character] ?? escapeOf(character));
}

/** The same for a value in quotes: blanks other than the space bar's are escaped as well. */
export function visibleBlanks(text: string): string {
  return visible(text).replaceAll(/(?! )[\p{Zs}\u2800]/gu, escapeOf);
}

/** The same as `visible` for a text of several lines, whose line breaks are ours. */
export function visibleLines(text: string): string {
  return text.split("\n").map(visible).join("\n");
}

/** JSON that shows nothing unseen, and reads back as the same value. */
export function visibleJson(value: unknown, space?: number): string {
  // Line breaks are only between values: those within texts are escaped already.
  return JSON.stringify(value, null, space).split("\n").map((line) =>
    replaceUnseen(
      line,
      (character) =>
        Array.from({ length: character.length }, (_, i) => `\\u${hex(character.charCodeAt(i), 4)}`).join(""),
    )
  ).join("\n");
}

/** Replaces each unseen character but those within emoji. */
export function replaceUnseen(text: string, by: (character: string) => string): string {
  if (harmless.test(text) || !unseen.test(text)) return text;
  // The list of all emoji makes a slow expression: most texts need none of it.
  const pattern = /[\u200d\ufe0f\u{e0020}-\u{e007f}]/u.test(text) ? emojiOrUnseen : everyUnseen;
  return text.replaceAll(pattern, (found) => unseen.test(found) && [...found].length === 1 ? by(found) : found);
}

function escapeOf(character: string): string {
  const code = character.codePointAt(0)!;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${hex(code, 4)}`;
}

const hex = (code: number, digits: number) => code.toString(16).padStart(digits, "0");
