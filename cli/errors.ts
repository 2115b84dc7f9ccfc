/** Tells the user what went wrong. */
import { DenoiseError, formatProblems, refusalOf } from "../mod.ts";
import { permissionMissing } from "../pipeline/problems/messages/permission.ts";
import { oddWords } from "../pipeline/problems/odd.ts";
import { isColored, terminalColumns } from "../pipeline/terminal/console.ts";
import { OutputClosed, toStderr } from "../pipeline/terminal/output.ts";
import { asTyped } from "../pipeline/terminal/shell.ts";
import { visible, visibleLines } from "../lib/text/mod.ts";

/** Codes of problems with what was named on the command line: only there may a character of it be to blame. */
const ofNames = /missing|unknown|no-plugin|no-template|plugin-name|unreadable|format|unnamed|checkpoint-other/;

/**
 * Prints an error to standard error; a stack only where the fault is ours. Returns the exit code.
 *
 * @param words of the command line: what is odd about those that are to blame is told
 * @param say prints a text and a newline
 */
export function printError(
  error: unknown,
  words: readonly string[] = [],
  say: (text: string) => void = print,
): number {
  const refusal = refusalOf(error);
  const colour = isColored(Deno.stderr);
  const width = Deno.stderr.isTerminal() ? Math.min(100, Math.max(20, terminalColumns() || 100)) : 100;
  if (error instanceof DenoiseError) {
    const problems = error.problems.map((problem) =>
      problem.place === undefined && ofNames.test(problem.code)
        ? { ...problem, help: [...oddWords(problem.message, words), ...problem.help] }
        : problem
    );
    say(formatProblems(problems, { colour, width }));
  } else if (error instanceof Deno.errors.NotCapable) {
    say(formatProblems([permissionMissing(error)], { colour, width }));
  } else if (refusal !== undefined) {
    say(visible(refusal.what));
    say(`  ${visible(refusal.fix)}`);
    say("  then run the same command again: completed work is kept");
  } else {
    say("Denoise hit an unexpected error; please report it with the trace below");
    say(visibleLines(Deno.inspect(error)));
  }
  return 1;
}

/** Prints to standard error, where anybody reads it. */
function print(text: string): void {
  try {
    toStderr(`${asTyped(text)}\n`);
  } catch (error) {
    if (!(error instanceof OutputClosed)) throw error;
  }
}
