/** The text of a recipe in code, so that its problems have a place to be shown at. */
import { stringify } from "yaml";
import * as messages from "../problems/messages/in_code.ts";
import { DenoiseError, type Problem } from "../problems/problem.ts";
import { pathText } from "./node.ts";
import type { Path } from "./types.ts";

/** What a recipe in code is called where a file would be named. */
export const nameInCode = "recipe in code";

/**
 * Writes plain data as YAML. Fields that are `undefined` are left out.
 *
 * @throws {DenoiseError} where it holds what no recipe can: functions, tensors, dates, cycles
 */
export function textOf(data: unknown): string {
  const problems: Problem[] = [];
  check(data, [], [], problems);
  if (problems.length > 0) throw new DenoiseError(problems);
  return stringify(data, { lineWidth: 0, version: "1.2", aliasDuplicateObjects: false });
}

function check(value: unknown, path: Path, above: readonly unknown[], problems: Problem[]): void {
  const where = path.length === 0 ? "the recipe" : pathText(path);
  if (value === null || ["string", "boolean", "number"].includes(typeof value)) return;
  if (above.includes(value)) problems.push(messages.cycleInCode(where));
  else if (Array.isArray(value)) value.forEach((item, i) => check(item, [...path, i], [...above, value], problems));
  else if (isPlain(value)) {
    for (const [key, item] of Object.entries(value)) {
      if (item !== undefined) check(item, [...path, key], [...above, value], problems);
    }
  } else problems.push(messages.notData(where, kindOf(value)));
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function kindOf(value: unknown): string {
  if (typeof value !== "object") return value === undefined ? "undefined" : `a ${typeof value}`;
  return `an object of class ${Object.getPrototypeOf(value).constructor?.name ?? "unknown"}`;
}
