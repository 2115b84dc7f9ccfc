/** What a recipe says once everything is filled in, and where each value came from: `validate --explain`. */
import { visible } from "../../lib/text/mod.ts";
import { counted } from "../problems/messages/text.ts";
import { columnsOf, cut, padToColumns } from "../terminal/width.ts";
import { pathText } from "./node.ts";
import type { Origin, Path, Recipe } from "./types.ts";
import { short } from "./write.ts";

const width = 100;
const gap = 2;

interface Row {
  readonly name: string;
  readonly value: string;
  readonly origin: string;
}

/** Three aligned columns of at most 100 together: a value's path, the value, and where it came from. */
export function explain(recipe: Recipe): string {
  const rows = rowsOf(recipe);
  const widest = (column: keyof Row, most: number) =>
    Math.min(most, Math.max(...rows.map((row) => columnsOf(row[column]))));
  const origin = widest("origin", 40);
  const name = widest("name", 40);
  const value = widest("value", width - origin - name - 2 * gap);
  const line = (row: Row) =>
    [
      padToColumns(cut(row.name, name), name + gap),
      padToColumns(cut(row.value, value), value + gap),
      // The end of a path says more than its beginning.
      cut(row.origin, origin, "start"),
    ].join("").trimEnd();
  return [...rows.map(line), "", summary(rows)].join("\n");
}

/** A value of a recipe, and where it came from. */
export interface ExplainedValue {
  /** Its path, such as `network.block_depth`; a stage is known by its plugin. */
  readonly path: string;
  /** As plain data. */
  readonly value: unknown;
  /** Where it came from. */
  readonly from: Origin["from"];
  /** Where it is written, if in a file. */
  readonly file?: string;
  /** Counted from 1. */
  readonly line?: number;
  /** Counted from 1. */
  readonly column?: number;
}

/** Every value of a recipe with where it came from, in its order. */
export function valuesOf(recipe: Recipe): ExplainedValue[] {
  return leavesOf(recipe.resolved, []).map(({ path, value }) => {
    const origin = recipe.origin(path);
    const { from } = origin;
    const { file, line, column } = origin.from === "file" ? origin : {} as Partial<Origin & { from: "file" }>;
    return { path: nameOf(path), value, from, ...(file === undefined ? {} : { file, line: line!, column: column! }) };
  });
}

function rowsOf(recipe: Recipe): Row[] {
  return leavesOf(recipe.resolved, []).map(({ path, value }) => ({
    name: visible(nameOf(path)),
    value: short(value),
    origin: originText(recipe.origin(path)),
  }));
}

/** A stage is known by its plugin: `network  clear-unet`, and its options below. */
const nameOf = (path: Path) => pathText(path.at(-1) === "use" ? path.slice(0, -1) : path);

function leavesOf(value: unknown, path: Path): { path: Path; value: unknown }[] {
  if (Array.isArray(value) && value.some((item) => typeof item === "object" && item !== null)) {
    return value.flatMap((item, i) => leavesOf(item, [...path, i]));
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    const entries = Object.entries(value);
    if (entries.length > 0) return entries.flatMap(([key, item]) => leavesOf(item, [...path, key]));
  }
  return value === undefined ? [] : [{ path, value }];
}

function originText(origin: Origin): string {
  switch (origin.from) {
    case "default":
      return "default";
    case "command line":
      return "command line";
    case "file":
      return visible(`${origin.file}:${origin.line}`);
    default:
      return origin satisfies never;
  }
}

function summary(rows: readonly Row[]): string {
  const count = (origin: string) => rows.filter((row) => row.origin === origin).length;
  const [defaults, overrides] = [count("default"), count("command line")];
  const files = rows.length - defaults - overrides;
  return `${counted(rows.length, "value")}: ${files} from files, ${overrides} from the command line, ` +
    `${defaults} by default`;
}
