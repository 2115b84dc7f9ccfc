/**
 * Problems on the terminal.
 *
 * @module
 */
export { formatProblems } from "./format.ts";
