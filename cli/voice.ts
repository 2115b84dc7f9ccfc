/** How a command answers: in words for a person, or with one JSON document for a program. */
import { type Console, terminal, terminalConsole } from "../mod.ts";
import { type Answer, type AnswerName, answers, failure } from "./answers.ts";

/** What went wrong, as data. */
export type Failure = (typeof failure)["_input"]["error"];

/** Where the answer of a command goes. */
export interface Voice {
  /** Whether the answer is a JSON document: everything for people is on standard error then. */
  readonly json: boolean;
  /** For lines, progress, and results in words. */
  readonly console: Console;
  /** A console for a command that writes its result itself, to standard output. */
  readonly quiet: Console;
  /** A text of several lines that is the answer for people; with `--json` nothing. */
  say(text: string): void;
  /** The answer for programs; without `--json` nothing. */
  answer<N extends AnswerName>(name: N, value: Answer<N>): void;
  /** What went wrong, for programs. An answer that was given already stays the only one. */
  fail(error: Failure): void;
}

/** A voice for one command line. */
export function createVoice(json: boolean): Voice {
  let answered = false;
  const print = (value: unknown) => {
    if (!json || answered) return;
    answered = true;
    terminal.toStdout(`${terminal.visibleJson(typed(value), 2)}\n`);
  };
  const console = terminalConsole({ quiet: json });
  return {
    json,
    console,
    quiet: terminalConsole({ quiet: true }),
    say: (text) => {
      if (!json) { for (const line of text.split("\n")) console.results.line(line); }
    },
    answer: (name, value) => print(answers[name].parse(value)),
    fail: (error) => print(failure.parse({ error })),
  };
}

/** An answer with the commands in its texts as they have to be typed here. */
function typed(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_, part) => typeof part === "string" ? terminal.asTyped(part) : part));
}

/** Whether a command line asks for JSON. */
export function asksForJson(words: readonly string[]): boolean {
  const end = words.indexOf("--");
  return words.slice(0, end === -1 ? undefined : end).includes("--json");
}

/** Shown for `--json` in every command that has an answer. */
export const jsonText = "print the answer as one JSON document; lines for people go to standard error";
