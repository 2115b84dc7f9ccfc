/** Refuses, before any work, to write over what a command did not write itself. */
import { basename, extname } from "node:path";
import { outputFormat, outputKept, outputTaken } from "../problems/messages/output.ts";
import { DenoiseError } from "../problems/problem.ts";

const mostBytes = 2 ** 26; // of what commands write as text; a larger file is something else

/**
 * Checks the name of a file for text, and what is there already.
 *
 * @param what the command writes, such as "a JSON Schema"
 * @param endings that the name may have, such as `.json`
 * @param isOwn whether a text is what the command writes, so that it may be replaced
 * @throws {DenoiseError} where the name has another ending, or something else is there
 */
export async function checkOutput(
  file: string,
  what: string,
  endings: readonly string[],
  isOwn: (text: string) => boolean,
): Promise<void> {
  if (!endings.includes(extname(file).toLowerCase())) throw new DenoiseError(outputFormat(file, what, endings));
  const info = await Deno.stat(file).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  if (info === undefined) return;
  if (info.isFile && info.size <= mostBytes && isOwn(await Deno.readTextFile(file))) return;
  throw new DenoiseError(outputTaken(file, what));
}

/**
 * Checks where the numbers of an evaluation go.
 *
 * @throws {DenoiseError} where the name does not end in `.json`, Denoise keeps other measurements under it, or something
 *   other than an evaluation is there
 */
export async function checkEvaluationFile(file: string): Promise<void> {
  const what = "an evaluation";
  const name = basename(file).toLowerCase();
  const kept = name === "sweep.json" || name === "samples.json" ||
    /^(?!evaluation-).*-step-\d+(-ema-.+)?\.json$/.test(name);
  if (kept) throw new DenoiseError(outputKept(file, what));
  await checkOutput(
    file,
    what,
    [".json"],
    isObject(({ checkpoint, step, metrics }) =>
      typeof checkpoint === "string" && typeof step === "number" && Array.isArray(metrics)
    ),
  );
}

/** Checks where the JSON Schema of recipes goes. @throws {DenoiseError} as `checkOutput` */
export async function checkSchemaFile(file: string): Promise<void> {
  await checkOutput(
    file,
    "a JSON Schema",
    [".json"],
    isObject(({ $schema }) => typeof $schema === "string" && /^https?:\/\/json-schema\.org\//.test($schema)),
  );
}

/** Whether a text is an object in JSON that a test holds for. */
function isObject(test: (fields: Record<string, unknown>) => boolean): (text: string) => boolean {
  return (text) => {
    try {
      const value: unknown = JSON.parse(text);
      return typeof value === "object" && value !== null && test(value as Record<string, unknown>);
    } catch {
      return false; // not JSON
    }
  };
}
