/** Tells the user what went wrong. */
import { CommanderError } from "commander";
import { DenoiseError, files, formatProblems, messages, type Problem, refusalOf, terminal } from "../mod.ts";
import type { Failure } from "./voice.ts";

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
  const problems = problemsOf(error, words);
  if (problems !== undefined) say(formatProblems(problems, { colour, width }));
  else if (refusal !== undefined) {
    say(terminal.visible(refusal.what));
    say(`  ${terminal.visible(refusal.fix)}`);
    say("  then run the same command again: completed work is kept");
  } else {
    say("Denoise hit an unexpected error; please report it with the trace below");
    say(terminal.visibleLines(Deno.inspect(error)));
  }
  return 1;
}

/** Problems that a command was refused for; undefined where it was something else. */
function problemsOf(error: unknown, words: readonly string[]): readonly Problem[] | undefined {
  if (error instanceof Deno.errors.NotCapable) return [messages.permissionMissing(error)];
  // A device that failed while it sampled or measured.
  if (files.isExplained(error)) return [{ code: "unavailable", message: error.message, help: error.help }];
  if (!(error instanceof DenoiseError)) return undefined;
  return error.problems.map((problem) =>
    problem.place === undefined && ofNames.test(problem.code)
      ? { ...problem, help: [...messages.oddWords(problem.message, words), ...problem.help] }
      : problem
  );
}

/** An error as data, for programs. */
export function failureOf(error: unknown, exitCode: number, words: readonly string[] = []): Failure {
  const refusal = refusalOf(error);
  const problems = problemsOf(error, words) ?? [
    refusal !== undefined
      ? { code: "refused-by-system", message: refusal.what, help: [refusal.fix] }
      : error instanceof CommanderError
      ? { code: "command-line", message: error.message.replace(/^error: /, ""), help: [] }
      : { code: "unexpected", message: String(error), help: ["Please report it"] },
  ];
  return {
    message: problems[0]!.message,
    exitCode,
    problems: problems.map((one) => ({ ...one, help: [...one.help] })),
  };
}

/** Prints to standard error, where anybody reads it. */
function print(text: string): void {
  try {
    terminal.toStderr(`${terminal.asTyped(text)}\n`);
  } catch (error) {
    if (!(error instanceof terminal.OutputClosed)) throw error;
  }
}
