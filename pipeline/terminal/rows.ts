/** Labelled lines, wrapped to the width of the console. */
import { visible } from "../../lib/text/mod.ts";
import { wrapAroundCommands } from "./shell.ts";
import type { Console } from "./console.ts";

const labelWidth = 13; // columns, as in `backend      wasm`

/** `backend      wasm on 2 cores`: the text wrapped between words, its continuation below itself. */
export function row(console: Console, label: string, text: string): void {
  const lines = wrap(visible(text), console.width - labelWidth);
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

/** Breaks a text between words into lines of at most `width` characters; longer words and commands stay whole. */
export function wrap(text: string, width: number): string[] {
  return wrapAroundCommands(text, (held) => wrapWords(held, width));
}

function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split("\n")) {
    let line = "";
    // Two spaces between the parts of a line are kept: they separate what belongs apart.
    for (const [word, space] of [...paragraph.matchAll(/(\s*)(\S+)/g)].map((m) => [m[2]!, m[1]!] as const)) {
      if (line !== "" && line.length + space.length + word.length > width) {
        lines.push(line);
        line = word;
      } else line += space + word;
    }
    lines.push(line);
  }
  return lines;
}
