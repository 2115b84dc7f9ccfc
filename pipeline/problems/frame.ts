/** Code frames: the line of a place with a caret line under it, as a terminal of some width can show it. */
import { replaceUnseen, unseen } from "../../lib/text/mod.ts";
import type { Place } from "./problem.ts";
import { columnsOf, graphemes } from "../terminal/width.ts";
import type { Paint } from "./format.ts";
import { indexAt, overridesFile, sourceOf, textLines } from "./source.ts";

const linesBefore = 2;
const mostLooked = 20_000; // characters of a line
const perColumn = 4; // characters that a column may take, where some are drawn over others

/** The line of a place with a caret line under it, and up to two lines before; nothing where the text is not known. */
export function codeFrame(place: Place, paint: Paint, width: number): string[] {
  const lines = textLines(sourceOf(place) ?? "");
  const line = lines[place.line - 1];
  if (line === undefined || (lines.length === 1 && line === "")) return [];
  const own = place.file === overridesFile;
  let first = own ? place.line : Math.max(1, place.line - linesBefore);
  while (first < place.line && lines[first - 1]!.trim() === "") first++;
  const digits = Math.max(4, String(place.line).length + 1);
  const row = (number: string, text: string) =>
    own ? `  ${text}` : paint.dim(`${number.padStart(digits)} |`) + (text === "" ? "" : ` ${text}`);
  const room = width - (own ? 2 : digits + 3);
  const marked = window(
    line,
    indexAt(line, place.column),
    indexAt(line, place.column + Math.min(place.length, line.length)),
    room,
  );
  // The text before it is useless once its own beginning is cut off.
  if (marked.skipped > 0) first = place.line;
  const before = lines.slice(first - 1, place.line - 1).map((text, i) =>
    row(String(first + i), window(text, 0, 0, room).text)
  );
  const caret = " ".repeat(marked.from) + paint.red("^".repeat(Math.max(1, marked.to - marked.from)));
  return [...before, row(String(place.line), marked.text), row("", caret)];
}

/**
 * What a terminal shows of a line: at most `room` columns that hold the marked part, "…" where it is cut, and between
 * which columns the marked part then has. `skipped` is what was left out before, in columns.
 */
function window(line: string, start: number, end: number, room: number) {
  let column = 0;
  let index = 0;
  let [from, to] = [-1, -1];
  const looked = line.slice(0, Math.min(mostLooked, start + perColumn * room));
  const cells = piecesOf(looked, start, end).map((piece) => {
    if (from < 0 && index >= start) from = column;
    if (to < 0 && index >= end) to = column;
    const text = shown(piece, index >= start && index < end);
    const cell = { text, column, columns: columnsOf(text) };
    column += cell.columns;
    index += piece.length;
    return cell;
  });
  if (from < 0) from = column;
  if (to < 0) to = column;
  // A third of the room shows the text before the mark.
  const skipped = column <= room || from < room - 10 ? 0 : from - Math.floor(room / 3);
  const last = column - skipped > room ? skipped + room - 1 : Infinity;
  const visible = cells.filter((cell) =>
    cell.column >= skipped + (skipped > 0 ? 1 : 0) && cell.column + cell.columns <= last
  );
  const text = (skipped > 0 && cells.length > 0 ? "…" : "") + visible.map((cell) => cell.text).join("") +
    (last < Infinity ? "…" : "");
  const clip = (at: number) => Math.min(Math.max(0, at - skipped), room);
  return { text: text.trimEnd(), skipped, from: clip(from), to: clip(to) };
}

/** What is drawn as one: graphemes, but characters where one of them is unseen, or the mark begins or ends within. */
function piecesOf(line: string, start: number, end: number): string[] {
  let index = 0;
  return graphemes(line).flatMap(({ text }) => {
    const within = (at: number) => at > index && at < index + text.length;
    const apart = within(start) || within(end) || replaceUnseen(text, () => "") !== text;
    index += text.length;
    return apart ? [...text] : [text];
  });
}

/** A piece of a line so that it can be seen and does no harm: ␛ for escape, <U+200B> for what has no picture. */
function shown(piece: string, marked: boolean): string {
  if (piece === "\t") return "  ";
  if ([...piece].length > 1) return piece;
  const code = piece.codePointAt(0)!;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  if (unseen.test(piece) || (marked && /^[\p{Zs}\u2800]$/u.test(piece) && piece !== " ")) {
    return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
  }
  return /^\p{M}$/u.test(piece) ? `\u25cc${piece}` : piece;
}
