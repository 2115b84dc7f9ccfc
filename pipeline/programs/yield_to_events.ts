/** Lets signals, files and the line of progress have their turn between two pieces of computation. */
import { setImmediate, setTimeout } from "node:timers/promises";
import { noticeSignals } from "../terminal/interrupt.ts";

/** Signals wait no longer than this and the step under way. */
const most = 100; // milliseconds

let last = -Infinity;

/**
 * Resolves when whatever waited has had its turn.
 *
 * An immediate alone does not do: while one is always due, the runtime asks the system for signals and finished files
 * only every 61st time, and Ctrl-C would wait for as many steps. A timer makes it ask; the second lets what it heard
 * come first. Both together cost some milliseconds.
 */
export async function yieldToEvents(): Promise<void> {
  if (performance.now() - last < most) await setImmediate();
  else {
    await setTimeout(1);
    await setTimeout(1);
    last = performance.now();
  }
  noticeSignals();
}
