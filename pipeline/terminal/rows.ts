/** Labelled lines, wrapped to the width of the console. */
import { visible } from "../../lib/text/mod.ts";
import { wrapAroundCommands } from "./shell.ts";
import type { Console } from "./console.ts";
import { columnsOf } from "./width.ts";

const labelWidth = 13; // columns, as in `backend      wasm`

/** `backend      wasm on 2 cores`: the text wrapped between words, its continuation below itself. */
export function row(console: Console, label: string, text: string): void {
  const lines = wrapLines(visible(text), console.width - labelWidth);
  for (const [i, line] of lines.entries()) {
    console.line((i === 0 ? console.colors.bold(label.padEnd(labelWidth)) : " ".repeat(labelWidth)) + line);
  }
}

/** Lines of a table: each column as wide as its widest cell, and at the left or the right of that as `align` says. */
export function columns(rows: readonly (readonly string[])[], align: readonly ("left" | "right")[]): string[] {
  const widths = align.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row.map((cell, i) => align[i] === "left" ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)).join("  ").trimEnd()
  );
}

/** Tells a table, its first row as the head. */
export function table(console: Console, ...[rows, align]: Parameters<typeof columns>): void {
  const shown = rows.map((cells) => cells.map(visible));
  for (const [i, line] of columns(shown, align).entries()) console.line(i === 0 ? console.colors.bold(line) : line);
}

/**
 * Breaks each line of a text between words into lines of at most `width` columns; longer words and commands stay whole,
 * and so do the two blanks between the parts of a line.
 */
export function wrapLines(text: string, width: number): string[] {
  return wrapAroundCommands(text, (held) => wrapWords(held, width));
}

function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split("\n")) {
    let [line, taken] = ["", 0];
    for (const [, space, word] of paragraph.matchAll(/(\s*)(\S+)/g) as Iterable<string[]>) {
      const own = columnsOf(word!);
      if (line !== "" && taken + space!.length + own > width) {
        lines.push(line);
        [line, taken] = [word!, own];
      } else {
        line += space! + word!;
        taken += space!.length + own;
      }
    }
    lines.push(line);
  }
  return lines;
}
