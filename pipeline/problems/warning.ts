/** A warning as text. */
import { visible } from "../../lib/text/mod.ts";
import type { Problem } from "./problem.ts";

/** A message as the text of a warning: help below it. */
export function warning({ message, help }: Omit<Problem, "place">): string {
  return [message, ...help.map((line) => `  ${line}`)].map(visible).join("\n");
}
