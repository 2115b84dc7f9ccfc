/**
 * Problems on the terminal.
 *
 * @module
 */
export { type FormatOptions, formatProblems } from "./format.ts";
export { commandLine, placeIn, sourceOf } from "./source.ts";
