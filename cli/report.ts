/** Tells the user what went wrong. */
import { DenoiseError, formatProblems } from "../mod.ts";
import { isColored, terminalColumns } from "../pipeline/terminal/console.ts";
import { OutputClosed, toStderr } from "../pipeline/terminal/output.ts";

/**
 * Prints an error to standard error; a stack only where the fault is ours. Returns the exit code.
 *
 * @param say prints a text and a newline
 */
export function report(error: unknown, say: (text: string) => void = print): number {
  const colour = isColored(Deno.stderr);
  if (error instanceof DenoiseError) {
    const width = Deno.stderr.isTerminal() ? Math.min(100, Math.max(20, terminalColumns() || 100)) : 100;
    say(formatProblems(error.problems, { colour, width }));
  } else if (isOfSystem(error)) {
    say(`Cannot go on: ${error.message}\n  ${helpFor(error)}`);
  } else {
    say("Denoise came upon something it does not expect; please report it with the lines below");
    say(Deno.inspect(error, { colors: colour }));
  }
  return 1;
}

/** Prints to standard error, where anybody reads it. */
function print(text: string): void {
  try {
    toStderr(`${text}\n`);
  } catch (error) {
    if (!(error instanceof OutputClosed)) throw error;
  }
}

/** What to do about what the operating system refuses. */
function helpFor(error: Error): string {
  if (error instanceof Deno.errors.IsADirectory) return "name a file in place of this folder";
  const file = error instanceof Deno.errors.AlreadyExists && /\bmkdir\b/.test(error.message);
  if (file || error instanceof Deno.errors.NotADirectory) return "name a folder in place of this file";
  return "the operating system refused this: look at the space on the disk and at who may write there";
}

/** Whether it is the operating system that refuses: no space left, no permission, a folder where a file was wanted. */
function isOfSystem(error: unknown): error is Error {
  return error instanceof Error && !(error instanceof Deno.errors.NotCapable) && /\(os error \d+\)/.test(error.message);
}
