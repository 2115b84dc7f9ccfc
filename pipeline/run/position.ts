/** Checks what a checkpoint says of itself: it may come from anywhere. */
import { basename } from "node:path";
import { isMap, parseDocument } from "yaml";
import { z } from "zod";
import { interval } from "../kinds/interval.ts";
import { checkpointField, checkpointUnknown } from "../problems/messages/run.ts";
import { fileNewer, weightsAlone } from "../problems/messages/versions.ts";
import { DenoiseError } from "../problems/problem.ts";
import { checkpointFormat, newerFormat, weightsFormat } from "../recipe/format.ts";
import { jsonFault } from "../../lib/files/safetensors/json.ts";
import type { Position } from "./checkpoint.ts";

const maxRecipe = 2 ** 18; // characters, as in a file
const count = z.int("a whole number of 0 or more").min(0, "a whole number of 0 or more");
const step = count.max(2 ** 31 - 1, "a whole number of 0 to 2147483647");
const text = z.string("a text").max(1000, "a text of at most 1000 characters");
/** JSON has no NaN and no infinity: what a diverged model measures is written as null. */
const measured = z.number("a number, or null").nullable().transform((value) => value ?? NaN);

/** Fields that are not listed stay as they are: a newer version may have written them. */
const positionSchema = z.looseObject({
  step,
  epoch: step,
  batch: step,
  measured: z.boolean("true or false"),
  seed: count,
  backend: text.min(1, "the name of a backend"),
  devices: z.int("a whole number of 1 or more").min(1, "a whole number of 1 or more").max(65_536, "at most 65536")
    .optional(),
  build: text.optional(),
  pictures: count,
  data: z.object({ train: text, validation: text }, "two digests").optional(),
  measuredWith: z.record(z.string(), text, "digests by name").optional(),
  classes: z.array(text, "a list of texts").optional(),
  from: z.object({ path: z.string("a text").max(4096, "a path"), step }, "a path and a step").optional(),
  best: z.object({ metric: text, value: z.number("a number"), step }, "a measurement").optional(),
  stopped: z.object({ metric: text, value: z.number("a number"), step, patience: interval }, "why it ended").optional(),
  metrics: z.record(z.string(), measured, "numbers by name"),
  seconds: z.number("a number of 0 or more").min(0, "a number of 0 or more"),
}, "an object");

/**
 * The position and the recipe in the metadata of a checkpoint.
 *
 * @param path of the file, whose name may say the step as well
 * @throws {DenoiseError} that names the field, its value and what is expected
 */
export function checkMetadata(
  path: string,
  metadata: Readonly<Record<string, string>>,
): { position: Position; recipe: string } {
  const own = (key: string) => Object.hasOwn(metadata, key) ? metadata[key] : undefined;
  const given = own("position");
  if (own("format") === weightsFormat) throw new DenoiseError(weightsAlone(path));
  const newer = newerFormat(metadata);
  if (newer !== undefined) throw new DenoiseError(fileNewer(path, newer));
  if (own("format") !== checkpointFormat || given === undefined) throw new DenoiseError(checkpointUnknown(path));
  const position = checkPosition(path, given);
  const named = /^step-(\d{6,})\.safetensors$/.exec(basename(path))?.[1];
  if (named !== undefined && Number(named) !== position.step) {
    throw wrong(path, "position.step", position.step, `${Number(named)}, as its name says`);
  }
  return { position, recipe: checkRecipe(path, own("recipe")) };
}

/** Checks the position in the metadata of a file. @throws {DenoiseError} as `checkMetadata` */
export function checkPosition(path: string, given: string): Position {
  const fault = jsonFault(given);
  let value: unknown;
  try {
    value = JSON.parse(given);
  } catch {
    throw wrong(path, "position", given, "an object in JSON");
  }
  if (fault !== undefined) throw wrong(path, "position", given, `JSON that is read in one way: it ${fault}`);
  const { data, error } = positionSchema.safeParse(value);
  if (data !== undefined) return data;
  const { path: keys, message } = error.issues[0]!;
  const found = keys.reduce<unknown>((within, key) => Object(within)[key], value);
  throw wrong(path, ["position", ...keys].join("."), found, message);
}

/** A recipe is read in full elsewhere; here it has to be a map, so that it can be compared. */
export function checkRecipe(path: string, recipe: string | undefined): string {
  const expected = "a recipe in YAML";
  if (recipe === undefined) throw wrong(path, "recipe", undefined, expected);
  if (recipe.length > maxRecipe) throw wrong(path, "recipe", recipe, `${expected} of at most ${maxRecipe} characters`);
  let isRecipe = false;
  try {
    const document = parseDocument(recipe, { logLevel: "silent" });
    isRecipe = document.errors.length === 0 && isMap(document.contents);
    document.toJS(); // what it refers to may be missing, or grow without end
  } catch {
    isRecipe = false;
  }
  if (!isRecipe) throw wrong(path, "recipe", recipe, expected);
  return recipe;
}

function wrong(path: string, field: string, value: unknown, expected: string): DenoiseError {
  return new DenoiseError(checkpointField(path, field, value, expected));
}
