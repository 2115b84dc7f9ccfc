/** Lines as they are written to a terminal: nothing in them but our own colours moves or hides anything. */
import { visible } from "../../lib/text/mod.ts";
import type { Colors } from "./console.ts";

/** The codes of `Colors`, on and off. */
// deno-lint-ignore no-control-regex -- these are the codes
const ours = /(\x1b\[(?:[12]|22|3[1236]|39)m)/;

/** A line of ours with what comes from outside escaped in it. Colours stay where there are any. */
export function harmless(line: string, colors: Colors): string {
  if (colors.bold("x") === "x") return visible(line);
  return line.split(ours).map((part, i) => i % 2 === 1 ? part : visible(part)).join("");
}
