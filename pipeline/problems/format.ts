/** Prints problems for people: `file:line:col message`, the lines of the file, and what to do. */
import picocolors from "picocolors";
import { visible } from "../../lib/text/mod.ts";
import { counted, listed } from "./messages/text.ts";
import type { Problem } from "./problem.ts";
import { wrap } from "../terminal/width.ts";
import { codeFrame } from "./frame.ts";
import { overridesFile } from "./source.ts";

/** How problems are printed. */
export interface FormatOptions {
  /** Whether to colour by escape codes. */
  readonly colour: boolean;
  /** Columns of a line. Default 100. */
  readonly width?: number;
}

const mostProblems = 50;

/** All problems in their order, each with its code frame, and their count. Ends without a line break. */
export function formatProblems(problems: readonly Problem[], { colour, width = 100 }: FormatOptions): string {
  const paint = picocolors.createColors(colour);
  const shown = problems.slice(0, mostProblems);
  const blocks = shown.map((problem) => formatProblem(problem, paint, Math.max(40, width)));
  const files = [...new Set(problems.map(({ place }) => place?.file).filter((file) => file !== undefined))];
  const where = files.length === 0
    ? ""
    : files[0] === overridesFile
    ? ` on the ${overridesFile}`
    : ` in ${listed(files.map((file) => file === overridesFile ? `on the ${file}` : nameOf(file)), "and", 3)}`;
  const more = problems.length > shown.length ? `, the first ${shown.length} shown` : "";
  return [...blocks, paint.bold(`${counted(problems.length, "problem")}${where}${more}`)].join("\n\n");
}

/** Colours, or none. */
export type Paint = ReturnType<typeof picocolors.createColors>;

/** A checkpoint is not a file to open at a line: it only holds the recipe. */
function nameOf(file: string): string {
  return `${file.endsWith(".safetensors") ? "the recipe stored in " : ""}${visible(file)}`;
}

function formatProblem({ message, help, place }: Problem, paint: Paint, width: number): string {
  const where = place === undefined
    ? ""
    : place.file === overridesFile
    ? `${overridesFile}: `
    : `${nameOf(place.file)}:${place.line}:${place.column} `;
  const [first = "", ...rest] = wrap(where + visible(message), width - 2);
  const head = first.startsWith(where.trimEnd())
    ? paint.cyan(first.slice(0, where.length)) + paint.bold(first.slice(where.length))
    : paint.bold(first);
  return [
    head,
    ...rest.map((line) => `  ${paint.bold(line)}`),
    ...(place === undefined ? [] : codeFrame(place, paint, width)),
    ...help.flatMap((line) => wrap(visible(line), width - 4).map((part, i) => `${i === 0 ? "  " : "    "}${part}`)),
  ].join("\n");
}
