/** Labelled lines, wrapped to the width of the console. */
import { visible } from "../../lib/text/mod.ts";
import type { Lines } from "./console.ts";
import { columnsOf, padToColumns, wrap } from "./width.ts";

const labelWidth = 13; // columns, as in `backend      wasm`
const narrowIndent = 2; // columns

/**
 * `backend      wasm on 2 cores`: the text wrapped between words, its continuation below itself; below the label, where a
 * word is longer than the room beside it.
 */
export function row(console: Lines, label: string, text: string): void {
  const lines = wrap(visible(text), console.width - labelWidth);
  if (lines.some((line) => !line.includes(" ") && columnsOf(line) > console.width - labelWidth)) {
    // A long path has more room below the label: the terminal would break it anywhere.
    const below = wrap(visible(text), console.width - narrowIndent);
    if (label !== "") console.line(console.colors.bold(label));
    for (const line of below) console.line(" ".repeat(narrowIndent) + line);
    return;
  }
  for (const [i, line] of lines.entries()) {
    console.line((i === 0 ? console.colors.bold(padToColumns(label, labelWidth)) : " ".repeat(labelWidth)) + line);
  }
}

/** Lines of a table: each column as wide as its widest cell, and at the left or the right of that as `align` says. */
export function alignedRows(rows: readonly (readonly string[])[], align: readonly ("left" | "right")[]): string[] {
  const widths = align.map((_, column) => Math.max(...rows.map((row) => columnsOf(row[column]!))));
  const fill = (cell: string, i: number) => {
    const blanks = " ".repeat(widths[i]! - columnsOf(cell));
    return align[i] === "left" ? cell + blanks : blanks + cell;
  };
  return rows.map((row) => row.map(fill).join("  ").trimEnd());
}

/** Prints a table, its first row as the head. */
export function table(console: Lines, ...[rows, align]: Parameters<typeof alignedRows>): void {
  const shown = rows.map((cells) => cells.map(visible));
  for (const [i, line] of alignedRows(shown, align).entries()) console.line(i === 0 ? console.colors.bold(line) : line);
}
