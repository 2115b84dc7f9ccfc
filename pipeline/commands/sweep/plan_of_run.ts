/** What a sweep of a trained model measures: each combination wired, and which numbers it changes. */
import { sha256 } from "../../../lib/files/hash.ts";
import type { Graph, Stage } from "../../graph/types.ts";
import { wire } from "../../graph/wire.ts";
import { metricsMissing } from "../../problems/messages/run.ts";
import { sweepNeedsTraining, sweepSame, sweepUntrusted } from "../../problems/messages/sweep.ts";
import { DenoiseError } from "../../problems/problem.ts";
import { evaluationsOf } from "../../programs/evaluations.ts";
import type { Recipe } from "../../recipe/types.ts";
import { toYaml } from "../../recipe/write.ts";
import type { Position } from "../../run/checkpoint.ts";
import { type Axis, changesAt, fixedOf, type Point, pointsOf, readGrid } from "./grid.ts";

/** What the average of the weights is called among the settings. */
const averageKey = "ema";

/** The average of a combination, as `LoadOptions.ema` names it; undefined for the first of the recipe. */
export const averageOf = (point: Point): string | undefined => point[averageKey];

/** The settings of the recipe in a combination. */
export function settingsOf({ [averageKey]: _, ...settings }: Point): Point {
  return settings;
}

/** One combination. */
export interface Setting {
  readonly point: Point;
  readonly graph: Graph;
  /** Digits of all that its numbers depend on. */
  readonly recipe: string;
  /** The metrics that tell settings apart, with what the numbers of each depend on: equal ones are measured once. */
  readonly metrics: readonly { readonly metric: Stage<"metric">; readonly by: string }[];
  /** Evaluations of the network for a picture, of the sampler that is compared; undefined where there is none. */
  readonly evaluations: number | undefined;
}

/** All of them. */
export interface RunPlan {
  readonly axes: readonly Axis[];
  readonly settings: readonly Setting[];
  /** Metrics that are the same for every setting. */
  readonly same: readonly string[];
  /** The sampler whose settings vary, else that of the samples. */
  readonly sampler: string | undefined;
}

/**
 * The grid of a trained model, every combination checked and wired.
 *
 * @throws {DenoiseError} where a setting would need training, a combination cannot work, or no number would differ
 */
export async function planOfRun(
  base: Recipe,
  { target, overrides, ema, position, held }: {
    target: string;
    overrides: readonly string[];
    ema: readonly string[];
    position: Position;
    held: string | undefined;
  },
): Promise<RunPlan> {
  const averages = ema.length === 0 ? [] : [{ key: averageKey, values: [...new Set(ema)], afterTraining: true }];
  const grid = readGrid(overrides, averages.length > 0 ? {} : declaredIn(base, overrides), averages);
  const training = grid.axes.filter(({ afterTraining }) => !afterTraining).map(({ key }) => key);
  if (training.length > 0) throw new DenoiseError(training.map((key) => sweepNeedsTraining(key, target)));
  const { axes } = grid;
  const wired = [];
  for (const point of pointsOf(axes)) {
    const changes = changesAt(settingsOf(point), grid.fixed);
    wired.push({ point, graph: await wire(await base.with(changes), { training: false }) });
  }
  if (wired.some(({ graph }) => graph.all("metric").length === 0)) throw new DenoiseError(metricsMissing());
  const keys = wired.map(({ graph, point }) =>
    graph.all("metric").map((metric) => JSON.stringify([point[averageKey], ...dependsOn(graph, metric)]))
  );
  const [first] = keys;
  const differs = (i: number) => keys.length < 2 || keys.some((own) => own[i] !== first![i]);
  const all = wired[0]!.graph.all("metric");
  if (!all.some((_, i) => differs(i))) {
    throw new DenoiseError(sweepSame(axes.map(({ key }) => key), all.map(({ plugin }) => plugin.name)));
  }
  const sampler = axes.map(({ key }) => samplerIn(key)).find(Boolean) ?? base.train.samples.sampler;
  const { step, seconds } = position;
  return {
    axes,
    sampler,
    same: all.filter((_, i) => !differs(i)).map(({ plugin }) => plugin.name),
    settings: wired.map(({ point, graph }, at) => {
      const stage = sampler === undefined ? graph.all("sampler")[0] : graph.sampler(sampler);
      return {
        point,
        graph,
        recipe: sha256(JSON.stringify([step, seconds, toYaml(graph.recipe.resolved), point[averageKey] ?? held])),
        metrics: graph.all("metric").map((metric, i) => ({ metric, by: keys[at]![i]! })).filter((_, i) => differs(i)),
        evaluations: stage && evaluationsOf(stage),
      };
    }),
  };
}

/** The grid of the recipe itself, where none is typed. */
function declaredIn(base: Recipe, overrides: readonly string[]): Recipe["sweep"] {
  if (fixedOf(overrides).length < overrides.length) return {};
  // Settings become what the command line says: none may come from a file that the user did not type.
  const stranger = Object.keys(base.sweep).map((key) => ["sweep", key]).find(base.isFromElsewhere);
  if (stranger !== undefined) throw new DenoiseError(base.problem(stranger, sweepUntrusted(stranger[1]!)));
  return base.sweep;
}

/** The sampler that a setting is of: `preview` for `samplers.preview.steps`. */
function samplerIn(key: string): string | undefined {
  return /^samplers\.([^.]+)/.exec(key)?.[1];
}

/** What the numbers of a metric depend on, of what may vary here besides the average. */
function dependsOn(graph: Graph, { id, plugin, options }: Stage<"metric">): unknown[] {
  const { every: _, ...own } = options;
  const sampler = typeof options.sampler === "string" ? graph.sampler(options.sampler) : undefined;
  return [id, plugin.name, own, sampler && [sampler.plugin.name, sampler.options]];
}
