/** Tells the user what went wrong. */
import { DenoiseError, formatProblems, messages, refusalOf, terminal } from "../mod.ts";

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
  const colour = terminal.isColored(Deno.stderr);
  const width = Deno.stderr.isTerminal() ? Math.min(100, Math.max(20, terminal.columns() || 100)) : 100;
  if (error instanceof DenoiseError) {
    const problems = error.problems.map((problem) =>
      problem.place === undefined && ofNames.test(problem.code)
        ? { ...problem, help: [...messages.oddWords(problem.message, words), ...problem.help] }
        : problem
    );
    say(formatProblems(problems, { colour, width }));
  } else if (error instanceof Deno.errors.NotCapable) {
    say(formatProblems([messages.permissionMissing(error)], { colour, width }));
  } else if (refusal !== undefined) {
    say(terminal.visible(refusal.what));
    say(`  ${terminal.visible(refusal.fix)}`);
    say("  then run the same command again: completed work is kept");
  } else {
    say("Denoise hit an unexpected error; please report it with the trace below");
    say(terminal.visibleLines(Deno.inspect(error)));
  }
  return 1;
}

/** Prints to standard error, where anybody reads it. */
function print(text: string): void {
  try {
    terminal.toStderr(`${terminal.asTyped(text)}\n`);
  } catch (error) {
    if (!(error instanceof terminal.OutputClosed)) throw error;
  }
}
