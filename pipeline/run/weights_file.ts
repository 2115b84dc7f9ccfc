/** Files of the average weights alone: all that sampling takes, and nothing to resume from. */
import { z } from "zod";
import { isFile, sha256 } from "../../lib/files/mod.ts";
import { weightsAlone, weightsField } from "../problems/messages/versions.ts";
import { DenoiseError } from "../problems/problem.ts";
import { recipeSumKey } from "../recipe/checkpoint.ts";
import { weightsFormat } from "../recipe/format.ts";
import { version } from "../version.ts";
import type { Checkpoint, ComputedAverage, Position } from "./checkpoint.ts";
import type { HostTree } from "./host_tensors.ts";
import { checkPosition, checkRecipe } from "./position.ts";
import { type HostTensor, readMetadata, type SafeTensors, writeSafetensors } from "./safetensors.ts";

const average = /^state\/average\/(?:trainable|buffers)\//;
const another = /^state\/averages\/([^/]+)\/(?:trainable|buffers)\/(.+)$/;
const statistics = "statistics/";

/**
 * Writes the average weights of a checkpoint under their plain names (`down0.block0.conv1.kernel`), with its recipe,
 * position and statistics in the metadata.
 *
 * @param others whether averages that are kept beside it are written as well, as `averages/0.05/…`
 * @returns how many tensors there are
 */
export async function writeWeights(
  path: string,
  checkpoint: Checkpoint,
  { others = false }: { readonly others?: boolean } = {},
): Promise<number> {
  const { tensors, recipe, position, code, computed } = checkpoint;
  const weights = Object.fromEntries(
    Object.entries(tensors).flatMap(([key, value]) => {
      if (average.test(key)) return [[key.replace(average, ""), value]];
      const [, name, own] = another.exec(key) ?? [];
      return others && name !== undefined ? [[`averages/${name}/${own}`, value]] : [];
    }),
  );
  const fitted = Object.entries(tensors).filter(([key]) => key.startsWith(statistics))
    .map(([key, tensor]) => [key.slice(statistics.length), tensor] as const);
  await writeSafetensors(path, weights, {
    format: weightsFormat,
    denoise: version,
    recipe,
    [recipeSumKey]: sha256(recipe),
    ...(code === undefined || Object.keys(code).length === 0 ? {} : { code: JSON.stringify(code) }),
    ...(computed === undefined ? {} : { computed: JSON.stringify(computed) }),
    step: String(position.step),
    position: JSON.stringify(position),
    statistics: JSON.stringify(Object.fromEntries(fitted.map(([key, { data }]) => [key, Array.from(data, Number)]))),
    statistics_types: JSON.stringify(
      Object.fromEntries(fitted.map(([key, { dtype, shape }]) => [key, { dtype, shape }])),
    ),
  });
  return Object.keys(weights).length;
}

/** Whether metadata are those of such a file. */
export function isWeights(metadata: SafeTensors["metadata"]): boolean {
  return Object.hasOwn(metadata, "format") && metadata.format === weightsFormat;
}

/**
 * Refuses to train from such a file: its recipe could be read, and the training would begin anew without a word.
 *
 * @throws {DenoiseError} where the file holds the average weights alone
 */
export async function refuseWeights(file: string): Promise<void> {
  if (!file.endsWith(".safetensors") || !await isFile(file)) return;
  const metadata = await readMetadata(file).catch(() => undefined); // whoever reads the recipe says what is wrong
  if (metadata !== undefined && isWeights(metadata)) throw new DenoiseError(weightsAlone(file));
}

/**
 * What a file of average weights holds as the part of a checkpoint that it is.
 *
 * @throws {DenoiseError} when it says of itself what cannot be
 */
export function checkpointOf(path: string, { tensors, metadata }: SafeTensors): Omit<Checkpoint, "code"> {
  const own = (key: string) => Object.hasOwn(metadata, key) ? metadata[key] : undefined;
  const held: HostTree = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    // Which of the two it is, the network knows; names are unique among both.
    const [, other, plain] = /^averages\/([^/]+)\/(.+)$/.exec(name) ?? [];
    const at = other === undefined ? ["average", name] : [`averages/${other}`, plain];
    for (const part of ["trainable", "buffers"]) held[`state/${at[0]}/${part}/${at[1]}`] = tensor;
  }
  for (const [name, tensor] of Object.entries(statisticsIn(path, own))) held[statistics + name] = tensor;
  return {
    position: positionIn(path, metadata),
    recipe: checkRecipe(path, own("recipe")),
    tensors: held,
    computed: computedIn(path, own("computed")),
    denoise: metadata.denoise,
  };
}

/** The position that the metadata of such a file say. @throws {DenoiseError} where they say what cannot be */
export function positionIn(path: string, metadata: SafeTensors["metadata"]): Position {
  const own = (key: string) => Object.hasOwn(metadata, key) ? metadata[key] : undefined;
  const position = own("position");
  return position === undefined ? positionAt(path, own("step")) : checkPosition(path, position);
}

const computed = z.object({ std: z.number(), error: z.number(), steps: z.array(z.number()) });

/** Which average was computed; undefined of one that training kept. */
function computedIn(path: string, text: string | undefined): ComputedAverage | undefined {
  if (text === undefined) return undefined;
  try {
    return computed.parse(JSON.parse(text));
  } catch (cause) {
    throw new DenoiseError(weightsField(path, "computed", "std, error and steps, in JSON"), { cause });
  }
}

/** Files of version 0.1.0 say the step alone. */
function positionAt(path: string, text = ""): Position {
  if (!/^\d{1,10}$/.test(text)) throw new DenoiseError(weightsField(path, "step", "a whole number"));
  const unknown = {
    epoch: 0,
    batch: 0,
    measured: true,
    seed: 0,
    backend: "unknown",
    pictures: 0,
    metrics: {},
    seconds: 0,
  };
  return { ...unknown, step: Number(text) };
}

const lists = z.record(z.string(), z.array(z.number()));
const types = z.record(
  z.string(),
  z.object({ dtype: z.enum(["F32", "I32"]), shape: z.array(z.int().nonnegative()) }),
);

/** Statistics of the normalizer. Where no types are given, they are lists of float32. */
function statisticsIn(path: string, own: (key: string) => string | undefined): Record<string, HostTensor> {
  const parsed = <T>(schema: z.ZodType<T>, key: string, expected: string): T => {
    try {
      return schema.parse(JSON.parse(own(key) ?? "{}"));
    } catch (cause) {
      throw new DenoiseError(weightsField(path, key, expected), { cause });
    }
  };
  const given = parsed(types, "statistics_types", "types and shapes by name, in JSON");
  const entries = Object.entries(parsed(lists, "statistics", "lists of numbers by name, in JSON"));
  return Object.fromEntries(entries.map(([name, values]) => {
    const { dtype, shape } = given[name] ?? { dtype: "F32" as const, shape: [values.length] };
    if (shape.reduce((product, side) => product * side, 1) !== values.length) {
      throw new DenoiseError(weightsField(path, `statistics_types.${name}`, `a shape of ${values.length} numbers`));
    }
    return [name, { dtype, shape, data: dtype === "F32" ? Float32Array.from(values) : Int32Array.from(values) }];
  }));
}
