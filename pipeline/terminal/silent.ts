/** A console that says nothing: what the library speaks to unless it is given another. */
import picocolors from "picocolors";
import type { Console, Lines } from "./console.ts";

const lines: Lines = { width: 100, colors: picocolors.createColors(false), line: () => {} };

/** Says nothing. */
export const silentConsole: Console = {
  ...lines,
  results: lines,
  warn: () => {},
  progress: () => {},
  endProgress: () => {},
};
