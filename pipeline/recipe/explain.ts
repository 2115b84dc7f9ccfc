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
  const rows = rowsOf(recipe, recipe.resolved, []);
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

function rowsOf(recipe: Recipe, value: unknown, path: Path): Row[] {
  if (Array.isArray(value) && value.some((item) => typeof item === "object" && item !== null)) {
    return value.flatMap((item, i) => rowsOf(recipe, item, [...path, i]));
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    const entries = Object.entries(value);
    if (entries.length > 0) return entries.flatMap(([key, item]) => rowsOf(recipe, item, [...path, key]));
  }
  if (value === undefined) return [];
  // A stage is known by its plugin: `network  clear-unet`, and its options below.
  const name = path.at(-1) === "use" ? path.slice(0, -1) : path;
  return [{ name: visible(pathText(name)), value: short(value), origin: originText(recipe.origin(path)) }];
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
