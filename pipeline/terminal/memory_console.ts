/** A console that keeps what it is told, for tests. */
import picocolors from "picocolors";
import type { Console } from "./console.ts";
import { plainProgress } from "./bar.ts";

/** What was said, in order: `lines` has the results too. */
export interface MemoryConsole extends Console {
  readonly lines: string[];
  readonly warnings: string[];
  /** Every state of the line of progress, without its bar. */
  readonly progressed: string[];
}

/** A console that prints nothing, without colours unless they are asked for. */
export function memoryConsole(width = 100, colors = false): MemoryConsole {
  const [lines, warnings, progressed]: string[][] = [[], [], []];
  const shown = {
    width,
    colors: picocolors.createColors(colors),
    line: (text = "") => void lines!.push(text),
  };
  return {
    ...shown,
    results: shown,
    lines: lines!,
    warnings: warnings!,
    progressed: progressed!,
    warn: (text) => void warnings!.push(text),
    progress: (progress) => void progressed!.push(plainProgress(progress)),
    endProgress: () => {},
  };
}
