/** Prints problems for people: `file:line:col message`, the lines of the file, and what to do. */
import picocolors from "picocolors";
import { counted, listed } from "../messages/text.ts";
import type { Place, Problem } from "../problem.ts";
import { graphemes, wrap } from "../text/width.ts";
import { commandLine, linesOf, sourceOf } from "./source.ts";

/** How problems are printed. */
export interface FormatOptions {
  /** Whether to colour by escape codes. */
  readonly colour: boolean;
  /** Columns of a line. Default 100. */
  readonly width?: number;
}

const linesBefore = 2;
const mostProblems = 50;

/** All problems in their order, each with its code frame, and their count. Ends without a line break. */
export function formatProblems(problems: readonly Problem[], { colour, width = 100 }: FormatOptions): string {
  const paint = picocolors.createColors(colour);
  const shown = problems.slice(0, mostProblems);
  const blocks = shown.map((problem) => formatProblem(problem, paint, Math.max(40, width)));
  const files = [...new Set(problems.map(({ place }) => place?.file).filter((file) => file !== undefined))];
  const where = files.length === 0
    ? ""
    : files[0] === commandLine
    ? ` on the ${commandLine}`
    : ` in ${listed(files.map((file) => file === commandLine ? `on the ${file}` : file), "and", 3)}`;
  const more = problems.length > shown.length ? `, the first ${shown.length} shown` : "";
  return [...blocks, paint.bold(`${counted(problems.length, "problem")}${where}${more}`)].join("\n\n");
}

type Paint = ReturnType<typeof picocolors.createColors>;

function formatProblem({ message, help, place }: Problem, paint: Paint, width: number): string {
  const where = place === undefined
    ? ""
    : place.file === commandLine
    ? `${commandLine}: `
    : `${place.file}:${place.line}:${place.column} `;
  const [first = "", ...rest] = wrap(where + printable(message), width - 2);
  const head = first.startsWith(where.trimEnd())
    ? paint.cyan(first.slice(0, where.length)) + paint.bold(first.slice(where.length))
    : paint.bold(first);
  return [
    head,
    ...rest.map((line) => `  ${paint.bold(line)}`),
    ...(place === undefined ? [] : codeFrame(place, paint, width)),
    ...help.flatMap((line) => wrap(printable(line), width - 4).map((part, i) => `${i === 0 ? "  " : "    "}${part}`)),
  ].join("\n");
}

/** The line of a place with a caret line under it, and up to two lines before; nothing where the text is not known. */
function codeFrame(place: Place, paint: Paint, width: number): string[] {
  const lines = linesOf(sourceOf(place) ?? "");
  const line = lines[place.line - 1];
  if (line === undefined || (lines.length === 1 && line === "")) return [];
  const own = place.file === commandLine;
  let first = own ? place.line : Math.max(1, place.line - linesBefore);
  while (first < place.line && lines[first - 1]!.trim() === "") first++;
  const digits = Math.max(4, String(place.line).length + 1);
  const row = (number: string, text: string) =>
    own ? `  ${text}` : paint.dim(`${number.padStart(digits)} |`) + (text === "" ? "" : ` ${text}`);
  const room = width - (own ? 2 : digits + 3);
  const start = Math.min(place.column - 1, line.length);
  const marked = window(line, start, Math.min(line.length, start + place.length), room);
  // What stands before says nothing once its own beginning is out of sight.
  if (marked.skipped > 0) first = place.line;
  const before = lines.slice(first - 1, place.line - 1).map((text, i) =>
    row(String(first + i), window(text, 0, 0, room).text)
  );
  const caret = " ".repeat(marked.from) + paint.red("^".repeat(Math.max(1, marked.to - marked.from)));
  return [...before, row(String(place.line), marked.text), row("", caret)];
}

/**
 * What a terminal shows of a line: at most `room` columns that hold the marked part, "…" where it is cut, and between
 * which columns the marked part then stands. `skipped` is what was left out before, in columns.
 */
function window(line: string, start: number, end: number, room: number) {
  let column = 0;
  let index = 0;
  let [from, to] = [-1, -1];
  const cells = graphemes(line.slice(0, 20_000)).map((grapheme) => {
    if (from < 0 && index >= start) from = column;
    if (to < 0 && index >= end) to = column;
    const text = grapheme.text === "\t" ? "  " : printable(grapheme.text);
    const columns = grapheme.text === "\t" ? 2 : Math.max(grapheme.columns, text === grapheme.text ? 0 : text.length);
    const cell = { text, column, columns };
    column += columns;
    index += grapheme.text.length;
    return cell;
  });
  if (from < 0) from = column;
  if (to < 0) to = column;
  // A third of the room shows what stands before the mark.
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

/** Text that cannot move the cursor: control characters are shown as their pictures (␛ for escape). */
function printable(text: string): string {
  // deno-lint-ignore no-control-regex -- these are what is looked for
  return text.replaceAll(/[\x00-\x1f]/g, (control) => String.fromCodePoint(0x2400 + control.codePointAt(0)!))
    // Delete, C1 controls, and marks that turn the direction of text.
    .replaceAll(/[\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, "\uFFFD");
}
