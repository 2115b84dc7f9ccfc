/** Tells the user what went wrong. */
import { DenoiseError, formatProblems, refusalOf } from "../mod.ts";
import { permissionMissing } from "../pipeline/messages/permission.ts";
import { oddWords } from "../pipeline/report/odd.ts";
import { asTyped } from "../pipeline/text/shell.ts";
import { visible, visibleLines } from "../text/mod.ts";

/** Codes of problems with what was named on the command line: only there may a character of it be to blame. */
const ofNames = /missing|unknown|no-plugin|no-template|plugin-name|unreadable|format|unnamed|checkpoint-other/;

/**
 * Prints an error to standard error; a stack only where the fault is ours. Returns the exit code.
 *
 * @param words of the command line: what is odd about those that are to blame is told
 */
export function report(error: unknown, words: readonly string[] = []): number {
  const refusal = refusalOf(error);
  const colour = Deno.stderr.isTerminal() && !Deno.noColor;
  const width = Deno.stderr.isTerminal() ? Math.min(100, Deno.consoleSize().columns || 100) : 100;
  if (error instanceof DenoiseError) {
    const problems = error.problems.map((problem) =>
      problem.place === undefined && ofNames.test(problem.code)
        ? { ...problem, help: [...oddWords(problem.message, words), ...problem.help] }
        : problem
    );
    console.error(asTyped(formatProblems(problems, { colour, width })));
  } else if (error instanceof Deno.errors.NotCapable) {
    console.error(formatProblems([permissionMissing(error)], { colour, width }));
  } else if (refusal !== undefined) {
    console.error(visible(refusal.what));
    console.error(`  ${visible(refusal.fix)}`);
    console.error("  then run the same command again: what is complete is kept");
  } else {
    console.error("Denoise came upon something it does not expect; please report it with the lines below");
    console.error(visibleLines(Deno.inspect(error)));
  }
  return 1;
}
