/** Columns that text takes in a terminal, and text fitted into them. */
import { wrapAroundCommands } from "./shell.ts";

const segments = new Intl.Segmenter("en", { granularity: "grapheme" });
// East Asian wide and full-width ranges (Unicode 16, UAX #11), in blocks.
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u;

/** Columns of one grapheme: 0 for what combines, 2 for wide characters and emoji. */
function columnsOfGrapheme(grapheme: string): number {
  if (wide.test(grapheme)) return 2;
  return /^[\p{Mn}\p{Me}\p{Cf}]*$/u.test(grapheme) ? 0 : 1;
}

/** The graphemes of a text with their columns. */
export function graphemes(text: string): { text: string; columns: number }[] {
  return Array.from(segments.segment(text), ({ segment }) => ({ text: segment, columns: columnsOfGrapheme(segment) }));
}

/** Columns that a text of one line takes. */
export function columnsOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  return graphemes(text).reduce((sum, grapheme) => sum + grapheme.columns, 0);
}

/** A text in at most `width` columns; what is cut off leaves "…". */
export function cut(text: string, width: number, end: "start" | "end" = "end"): string {
  if (columnsOf(text) <= width) return text;
  const all = graphemes(text);
  if (end === "start") all.reverse();
  let [kept, taken]: [string[], number] = [[], 1];
  for (const grapheme of all) {
    if (taken + grapheme.columns > width) break;
    kept.push(grapheme.text);
    taken += grapheme.columns;
  }
  return end === "end" ? `${kept.join("")}…` : `…${kept.reverse().join("")}`;
}

/** Fills a text with blanks up to `width` columns. */
export function padToColumns(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - columnsOf(text)));
}

/**
 * Breaks a text at blanks into lines of at most `width` columns. A longer word or command has a line of its own; several
 * blanks between words are kept within a line, and line breaks stay.
 */
export function wrap(text: string, width: number): string[] {
  return wrapAroundCommands(text, (held) => held.split("\n").flatMap((line) => wrapLine(line, width)));
}

function wrapLine(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  let taken = 0; // columns of the line: counting them again for each word would be slow with long texts
  for (const [, blanks = "", word = ""] of text.matchAll(/(\s*)(\S+)/g)) {
    const own = columnsOf(word);
    if (line !== "" && taken + blanks.length + own > width) {
      lines.push(line);
      [line, taken] = [word, own];
    } else {
      line += blanks + word;
      taken += blanks.length + own;
    }
  }
  return [...lines, line];
}
