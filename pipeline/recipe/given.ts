/** What programs give in place of what the types say: told before anything is done with it. */
import { notAPath, notRead } from "../problems/messages/in_code.ts";
import { DenoiseError } from "../problems/problem.ts";

/**
 * Refuses what is not a recipe that is read.
 *
 * @throws {DenoiseError} for undefined, an object that a recipe would be read from, a promise of a recipe …
 */
export function checkRead(recipe: unknown): void {
  if (typeof recipe === "object" && recipe !== null && "resolved" in recipe && "stages" in recipe) return;
  throw new DenoiseError(notRead(kindOf(recipe)));
}

/**
 * Refuses what is not text as a path.
 *
 * @throws {DenoiseError} for anything but text
 */
export function checkPath(target: unknown): void {
  if (typeof target !== "string") throw new DenoiseError(notAPath(kindOf(target)));
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (value instanceof Promise) return "a promise that is not awaited";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
