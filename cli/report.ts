/** Tells the user what went wrong. */
import { DenoiseError, formatProblems, refusalOf } from "../mod.ts";

/** Prints an error to standard error; a stack only where the fault is ours. Returns the exit code. */
export function report(error: unknown): number {
  const refusal = refusalOf(error);
  const colour = Deno.stderr.isTerminal() && !Deno.noColor;
  if (error instanceof DenoiseError) {
    const width = Deno.stderr.isTerminal() ? Math.min(100, Deno.consoleSize().columns || 100) : 100;
    console.error(formatProblems(error.problems, { colour, width }));
  } else if (refusal !== undefined) {
    console.error(refusal.what);
    console.error(`  ${refusal.fix}`);
    console.error("  then run the same command again: what is complete is kept");
  } else {
    console.error("Denoise came upon something it does not expect; please report it with the lines below");
    console.error(error);
  }
  return 1;
}
