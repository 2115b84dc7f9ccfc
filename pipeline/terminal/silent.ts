/** A console that says nothing: what the library speaks to unless it is given another. */
import picocolors from "picocolors";
import type { Console } from "./console.ts";

/** Says nothing. */
export const silentConsole: Console = {
  width: 100,
  colors: picocolors.createColors(false),
  line: () => {},
  warn: () => {},
  progress: () => {},
  endProgress: () => {},
};
