/** A console that says nothing, for programs that speak for themselves. */
import picocolors from "picocolors";
import type { Console } from "./console.ts";

/** A console that prints nothing and keeps nothing. */
export const silentConsole: Console = {
  width: 100,
  colors: picocolors.createColors(false),
  line: () => {},
  warn: () => {},
  progress: () => {},
  endProgress: () => {},
};
