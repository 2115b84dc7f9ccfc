/** Files that are written to standard output, where a command is given `-` in place of a name. */
import { writeWhole } from "../../lib/files/mod.ts";
import { outputTerminal } from "../problems/messages/output.ts";
import { DenoiseError } from "../problems/problem.ts";
import { bytesToStdout } from "../terminal/output.ts";

/** Whether a name means standard output. */
export const isStandardOutput = (file: string | undefined): boolean => file === "-";

/**
 * Refuses to write a picture into a terminal. Checked before the work, which may be long.
 *
 * @throws {DenoiseError} where the name means standard output, and that is a terminal
 */
export function checkStandardOutput(file: string | undefined, isTerminal = () => Deno.stdout.isTerminal()): void {
  if (isStandardOutput(file) && isTerminal()) throw new DenoiseError(outputTerminal());
}

/** Writes a file whole or not at all; to standard output where its name means that. */
export async function writeOutput(file: string, bytes: Uint8Array): Promise<void> {
  if (isStandardOutput(file)) bytesToStdout(bytes);
  else await writeWhole(file, bytes);
}

/** What a file is called in a line for people. */
export const outputName = (file: string): string => isStandardOutput(file) ? "standard output" : file;
