/** Whether a text is a sentence in words of ours: what every answer to bad input has to be. */
import { unseen, visible } from "../../text/mod.ts";

/** What a JavaScript engine, a library or the operating system says, and nobody who writes a recipe understands. */
const foreign = [
  /\bundefined\b/,
  /\bNaN\b(?!")/,
  /\[object \w+\]/,
  /\b(?:Type|Range|Reference|Syntax|URI|Aggregate|Eval)Error\b/,
  /\bis not (?:a function|iterable|defined|a constructor)\b/,
  /\bCannot (?:read|set|destructure|convert|access|mix) (?:properties|property|undefined|null|'|BigInt)/,
  /\bUnexpected (?:token|end of (?:input|JSON)|identifier|number|string)\b/i,
  /\bInvalid (?:array|string|count|typed array|code point|regular expression|time value)\b/,
  /\bMaximum call stack\b|\bout of memory\b|\bstack overflow\b/i,
  /\bZod\w*|\bexpected \w+, received \w+/i,
  /\bInvalid input\b/,
  /\bat (?:async )?[\w.<>]+ \(?(?:file|node|ext|npm|https?):/,
  /\bfile:\/\/\S+\.[jt]s:\d+/,
  /\bnode_modules\b/,
];

/** What is wrong with a text as an answer; nothing where it is a sentence. `given`: what it may quote of the input. */
export function wordsAtFault(text: string): string[] {
  const faults: string[] = [];
  const own = text.replaceAll(/"[^"]*"/g, '""'); // what is quoted is the user's
  for (const pattern of foreign) {
    const found = pattern.exec(own)?.[0];
    if (found !== undefined) faults.push(`words of the engine: ${JSON.stringify(found)}`);
  }
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
