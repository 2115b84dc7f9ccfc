/** Tells the user what went wrong. */
import { DenoiseError, formatProblems } from "../mod.ts";
import { permissionMissing } from "../pipeline/messages/permission.ts";
import { asTyped } from "../pipeline/text/shell.ts";

/** Prints an error to standard error; a stack only where the fault is ours. Returns the exit code. */
export function report(error: unknown): number {
  const colour = Deno.stderr.isTerminal() && !Deno.noColor;
  const width = Deno.stderr.isTerminal() ? Math.min(100, Deno.consoleSize().columns || 100) : 100;
  if (error instanceof DenoiseError) {
    console.error(asTyped(formatProblems(error.problems, { colour, width })));
  } else if (error instanceof Deno.errors.NotCapable) {
    console.error(formatProblems([permissionMissing(error)], { colour, width }));
  } else if (isOfSystem(error)) {
    console.error(`Cannot go on: ${error.message}`);
    console.error(`  ${helpFor(error)}`);
  } else {
    console.error("Denoise came upon something it does not expect; please report it with the lines below");
    console.error(error);
  }
  return 1;
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
  return error instanceof Error && /\(os error \d+\)/.test(error.message);
}
