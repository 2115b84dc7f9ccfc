/** Tells an error that was written for people from one that a JavaScript engine, a library or the system wrote. */
import { isExplained } from "../../lib/files/explained.ts";
import { unseen, visible } from "../../lib/text/mod.ts";

/** Wording of engines, libraries and systems: nobody who writes a recipe understands it. */
const foreign = [
  /\b(Type|Range|Reference|Syntax|Eval|URI|Aggregate)Error\b/,
  /cannot (read|set) propert|of (undefined|null)\b|is not (a function|a constructor|iterable|defined|extensible)/i,
  /invalid (typed )?array|invalid array buffer|invalid string length|array buffer allocation|out of memory/i,
  /offset is outside|start offset of|byte length of|bounds of the|maximum call stack|stack overflow/i,
  /unexpected (token|end of|non-whitespace|string|number)|in JSON at position|bad control character/i,
  /cannot (convert|mix) .*(BigInt|object|symbol)|\bBigInt\b/i,
  /\b(undefined|NaN)\b|\[object \w+\]/,
  /\bE(NOENT|ACCES|EXIST|ISDIR|NOTDIR|INVAL|IO|MFILE|PERM)\b|\(os error \d+\)/,
  /unreachable|memory access out of bounds|table index|indirect call|RuntimeError: /,
  /\bat \S+ \(?\w+:\/\/|\.(ts|js):\d+:\d+/,
  /\bUnexpected identifier\b/i,
  /\bCannot (?:access|destructure|mix) (?:properties|property|undefined|null|'|BigInt)/,
  /\bInvalid (?:count|code point|regular expression|time value|input)\b/,
  /\bZod\w*|\bexpected \w+, received \w+/i,
  /\bat (?:async )?[\w.<>]+ \(?(?:file|node|ext|npm|https?):|\bfile:\/\/\S+\.[jt]s:\d+|\bnode_modules\b/,
];

/**
 * What is wrong with an error that a person is to read; undefined where nothing is.
 *
 * An error of ours brings problems with a code (`DenoiseError`), or says what to do (`Explained`), or is one of `names`.
 */
export function faultOfError(error: unknown, names: readonly string[] = []): string | undefined {
  if (!(error instanceof Error)) return `not an Error but ${String(error).slice(0, 200)}`;
  const isOurs = "problems" in error || isExplained(error) || names.includes(error.name);
  if (!isOurs) return `${error.name}, which is not one of ours: ${error.message.slice(0, 300)}`;
  return faultOfSentence(error.message);
}

/** The same of a text. What comes from the input is escaped where it is printed, and may hold anything here. */
export function faultOfSentence(text: string): string | undefined {
  const short = text.slice(0, 300);
  // What is quoted is the input's.
  const own = text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '"…"');
  const [found] = foreignWords(own);
  if (text.trim() === "") return "an empty message";
  if (found !== undefined) return `words of an engine or a library (${found}): ${short}`;
  if (text.length > 5000) return `a message of ${text.length} characters: ${short}`;
  return undefined;
}

/** What engines, libraries and systems have said in a text, without what it quotes. */
function foreignWords(own: string): string[] {
  return foreign.flatMap((pattern) => pattern.exec(own)?.[0] ?? []);
}

/** What is wrong with a text as an answer; nothing where it is a sentence. `given`: what it may quote of the input. */
export function wordsAtFault(text: string): string[] {
  const own = text.replaceAll(/"[^"]*"/g, '""'); // what is quoted is the user's
  const faults = foreignWords(own).map((found) => `words of the engine: ${JSON.stringify(found)}`);
  if (text.trim() === "") faults.push("no words");
  if (/\.$/.test(text.trimEnd()) && !/\.\.$|…$/.test(text.trimEnd())) faults.push("a full stop at the end");
  return faults;
}

/** Whether something printed holds what a terminal must not get: control characters but line breaks, or unseen ones. */
export function unseenIn(printed: string): string | undefined {
  for (const line of printed.split("\n")) {
    if (visible(line) !== line) return JSON.stringify(unseen.exec(line)?.[0] ?? line.slice(0, 40));
  }
  return undefined;
}
