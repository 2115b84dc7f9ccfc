/** Whether a run can resume: what decides the weights of a step may not have changed. */
import { parse } from "yaml";
import type { z } from "zod";
import { kinds } from "../kinds/mod.ts";
import { differences, toYaml } from "../recipe/write.ts";
import type { Recipe, TrainSettings } from "../recipe/types.ts";
import { counted } from "../terminal/units.ts";
import type { Graph } from "../graph/types.ts";

/** What changed since a checkpoint was written, one line each, such as `network.block_depth: 2 → 3`. */
export interface Changes {
  /** What would give other weights. */
  readonly training: readonly string[];
  /** Samplers and metrics: the weights stay, what is measured and shown may not compare with what was before. */
  readonly measuring: readonly string[];
  /** Options that say where something is, and not what it is: see `Plugin.locates`. */
  readonly moved: readonly string[];
}

/**
 * Compares the recipe of a checkpoint with that of now.
 *
 * Nothing in `train` counts but what it started from: how long to train, when to save and what to keep leave the weights
 * of every step as they are. Of the backend its precision counts alone: which one computes, and on how many devices, changes what rounding
 * leaves. A precision that one of the two recipes leaves to the device is that of the other, unless that is mixed: what
 * the device then takes is told by the backend's build.
 *
 * @param before the resolved recipe in the checkpoint, as YAML
 */
export function changesOf(before: string, now: Recipe): Changes {
  // Both as they are written: `cosine` and `{ use: cosine }` are one.
  const read = (text: string) => parse(text, { logLevel: "silent" }) as Parsed;
  const then = read(before), resolved = read(toYaml(now.resolved));
  const both = [then, withoutNewOptions(resolved, then, now.stages)];
  const precisions = comparable(both.map(({ backend }) => backend));
  const [old, current] = both.map((recipe, i) => {
    const moved = takeLocating(recipe, now.stages);
    const { train, backend: _, samplers, metrics, ...rest } = recipe;
    const { from } = { ...train as { from?: string } };
    return {
      training: {
        ...rest,
        ...(from === undefined ? {} : { train: { from: placeOf(from) } }),
        backend: { precision: precisions[i] },
      },
      measuring: { samplers, metrics },
      moved,
    };
  });
  const between = (part: keyof Changes) => differences(old![part], current![part]);
  return { training: between("training"), measuring: between("measuring"), moved: between("moved") };
}

/**
 * Where training was to end and where it ends now, in words, where learning rates follow that and it has changed.
 *
 * @param before the resolved recipe in the checkpoint, as YAML
 */
export function movedEnd(before: string, graph: Graph): [before: string, now: string] | undefined {
  if (!graph.one("optimizer").stage.followsLength) return undefined;
  const inWords = ({ epochs, steps }: Partial<TrainSettings>) =>
    steps === undefined ? counted(epochs ?? 0, "epoch") : counted(steps, "step");
  const { train = {} } = parse(before, { logLevel: "silent" }) as { train?: Partial<TrainSettings> };
  const [then, now] = [inWords(train), inWords(graph.recipe.train)];
  return then === now ? undefined : [then, now];
}

/** A recipe as YAML has it. */
type Parsed = Record<string, unknown>;

/** Takes the options that only say where something is out of a recipe, and returns them by stage. */
function takeLocating(recipe: Record<string, unknown>, stages: Recipe["stages"]): Record<string, unknown> {
  const taken: Record<string, unknown> = {};
  for (const { id, kind, path, plugin } of stages) {
    if (kind === "backend") continue; // nothing of it counts but its precision
    const stage = path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], recipe);
    if (useOf(stage) !== plugin.name || typeof stage !== "object") continue;
    const options = stage as Record<string, unknown>;
    for (const option of plugin.locates ?? []) {
      if (Object.hasOwn(options, option)) taken[`${id}.${option}`] = options[option];
      delete options[option];
    }
  }
  return taken;
}

/**
 * A recipe without the options that an older one of the same plugins lacks and that have their defaults: they came with a
 * newer version, and by default it does what the older one did.
 */
export function withoutNewOptions(
  recipe: Readonly<Record<string, unknown>>,
  older: Readonly<Record<string, unknown>>,
  stages: Recipe["stages"],
): Record<string, unknown> {
  const kept = structuredClone(recipe) as Record<string, unknown>;
  for (const { path, plugin, kind } of stages) {
    if (kind === "backend") continue; // nothing of it counts but its precision
    const at = (root: unknown) => path.reduce<unknown>((value, key) => Object(value)[key], root);
    const [stage, before] = [at(kept), at(older)] as [Record<string, unknown>, unknown];
    if (typeof stage !== "object" || useOf(before) !== plugin.name) continue;
    const schemas: Record<string, z.ZodType> = { ...plugin.options?.shape, ...kinds[kind].options };
    for (const [option, value] of Object.entries(stage)) {
      if (option === "use" || Object.hasOwn(Object(before), option)) continue;
      const byDefault = schemas[option]?.safeParse(undefined);
      if (byDefault?.success && JSON.stringify(byDefault.data) === JSON.stringify(value)) delete stage[option];
    }
  }
  return kept;
}

/** The end of a path: a project may be moved. */
function placeOf(path: string): string {
  return path.split(/[/\\]/).slice(path.endsWith(".safetensors") ? -3 : -2).join("/");
}

function useOf(stage: unknown): unknown {
  return typeof stage === "object" ? (stage as { use?: unknown } | null)?.use : stage;
}

/** Precisions of two backends; of each neither, where one of them leaves a choice that the other's may be the result of. */
function comparable(backends: readonly unknown[]): readonly unknown[] {
  const precisions = backends.map((backend) => (backend as { precision?: unknown } | undefined)?.precision);
  const left = precisions.includes(undefined) && !precisions.includes("mixed");
  return left ? precisions.map(() => undefined) : precisions;
}
