/**
 * What a program needs that talks to a person in a terminal: lines and progress, Ctrl-C, output that may be cut off,
 * text from outside that must not move the cursor, and commands to type.
 *
 * @module
 */
export { loadNames, visible, visibleJson, visibleLines } from "../../lib/text/mod.ts";
export type { Progress } from "./bar.ts";
export {
  type Colors,
  type Console,
  createConsole,
  isColored,
  type Streams,
  terminalColumns as columns,
  terminalConsole,
} from "./console.ts";
export { type Interruption, onInterrupt } from "./interrupt.ts";
export { OutputClosed, outputLost, toStderr, toStdout } from "./output.ts";
export { row } from "./rows.ts";
export { asTyped, isOverride, note, noted, shellWord } from "./shell.ts";
export { bytes, counted, duration } from "./units.ts";
