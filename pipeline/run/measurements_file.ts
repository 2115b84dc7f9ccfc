/** Files of what a command has measured, which it reads when it resumes. */
import { z } from "zod";
import { DenoiseError } from "../problems/problem.ts";
import type { Message } from "../problems/messages/text.ts";

const maxSize = 64 * 2 ** 20; // bytes: a measurement takes some hundred

/** A measurement as it is kept. */
export const measurementSchema = z.object({
  id: z.string(),
  label: z.string(),
  name: z.string(),
  value: z.number().or(z.nan()),
  spread: z.number().or(z.nan()).exactOptional(),
  classes: z.array(z.object({
    name: z.string(),
    value: z.number().or(z.nan()),
    spread: z.number().or(z.nan()).exactOptional(),
  })).exactOptional(),
  byLevel: z.array(z.object({
    from: z.number(),
    to: z.number(),
    value: z.number().or(z.nan()),
    pictures: z.number(),
  })).exactOptional(),
  better: z.enum(["lower", "higher"]),
});

/**
 * Reads a JSON file of measurements.
 *
 * @param list what the file holds as a list; undefined where that is not of the expected form
 * @param damaged the message about a file that is none of these
 * @returns an empty list where there is no file
 * @throws {DenoiseError} where the file is not JSON, is larger than 64 MB, or holds something else
 */
export async function readMeasurements<T>(
  path: string,
  list: (content: unknown) => T[] | undefined,
  damaged: (path: string, reason: string) => Message,
): Promise<T[]> {
  let text: string;
  try {
    const { size } = await Deno.stat(path);
    if (size > maxSize) throw new DenoiseError(damaged(path, `it has ${size} bytes, more than ${maxSize}`));
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  let content: unknown;
  try {
    content = JSON.parse(text, notANumber);
  } catch (cause) {
    throw new DenoiseError(damaged(path, "it is not valid JSON: it ends early, or was changed"), { cause });
  }
  const found = list(content);
  if (found === undefined) throw new DenoiseError(damaged(path, "it holds something else"));
  return found;
}

/** JSON has no NaN and no infinity: what a diverged model measures is written as null. */
function notANumber(key: string, value: unknown): unknown {
  return value === null && (key === "value" || key === "spread") ? NaN : value;
}
