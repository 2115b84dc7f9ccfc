/** The advice to put in quotes what YAML takes for something else than text. */
import { visibleBlanks } from "../../lib/text/mod.ts";
import { shellWord } from "../terminal/shell.ts";
import type { Node } from "./node.ts";

/** What to write for a number, a boolean or nothing to be text: as it is written, for another form is another text. */
export function inQuotes({ written, origin }: Pick<Node, "written" | "origin">): string[] {
  if (written === undefined) return [];
  const quoted = `"${visibleBlanks(written)}"`;
  if (written.length > 200) return ["write it in quotes"];
  if (origin.from !== "command line") return [`write ${quoted}, in quotes`];
  // A shell takes quotes for its own.
  return origin.text.endsWith(`=${written}`)
    ? [
      `write ${shellWord(`${visibleBlanks(origin.text.slice(0, -written.length))}${quoted}`)}, in quotes of both kinds`,
    ]
    : [`write ${quoted}, and the whole override in single quotes`];
}
