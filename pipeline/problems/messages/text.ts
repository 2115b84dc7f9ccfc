/** Small words that all messages are made of: quoting, listing, counting, guessing. */
import { visibleBlanks } from "../../../lib/text/mod.ts";
import type { Problem } from "../problem.ts";
import { nearest } from "../../terminal/nearest.ts";

export { counted } from "../../terminal/units.ts";

/** A message: a problem before it has a place. */
export type Message = Omit<Problem, "place">;

/** A value in double quotes, on one line, cut to 60 characters; what cannot be seen is escaped, odd blanks too. */
export function quote(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value) ?? String(value);
  const short = [...text.slice(0, 200)].length > 60 ? `${[...text.slice(0, 200)].slice(0, 59).join("")}…` : text;
  return `"${visibleBlanks(short)}"`;
}

/**
 * What a value is, for "not …": `the text "3"`, `"0.5"`, `a list`, `a map`, `nothing`. `written`: how a number, a boolean
 * or nothing is written in the recipe, such as `007`.
 */
export function found(value: unknown, written?: string): string {
  if (value === null || value === undefined) return written === undefined ? "nothing" : `nothing (${quote(written)})`;
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object") return "a map";
  return typeof value === "string" ? `the text ${quote(value)}` : quote(written ?? value);
}

/** Names one after the other, "a, b or c" with a word for `last`; at most `limit` of them. */
export function listed(names: Iterable<string>, last?: "or" | "and", limit = 30): string {
  const all = [...names];
  if (all.length > limit) return `${all.slice(0, limit).join(", ")} and ${all.length - limit} more`;
  if (last === undefined || all.length < 2) return all.join(", ");
  return `${all.slice(0, -1).join(", ")} ${last} ${all.at(-1)}`;
}

/** A noun with its article: "a sampler", "an optimizer". */
export function withArticle(noun: string): string {
  return `${/^[aeiou]/i.test(noun) ? "an" : "a"} ${noun}`;
}

/**
 * One line that guesses what was meant and says what there is, such as
 * "did you mean block_depth? Options: block_depth, widths".
 */
export function choices(name: string, what: string, candidates: Iterable<string>): string {
  const all = [...candidates].sort();
  const guess = nearest(name, all);
  const list = all.length === 0 ? `there are no ${what.toLowerCase()}` : `${what}: ${listed(all)}`;
  return guess === undefined ? list : `did you mean ${guess}? ${list}`;
}
