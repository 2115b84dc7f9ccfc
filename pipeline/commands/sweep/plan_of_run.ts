/** What a sweep of a trained model measures: each combination wired, and which numbers it changes. */
import { sha256 } from "../../../lib/files/hash.ts";
import type { Graph, Stage } from "../../graph/types.ts";
import { wire } from "../../graph/wire.ts";
import { metricsMissing } from "../../problems/messages/run.ts";
import { sweepNeedsTraining, sweepSame } from "../../problems/messages/sweep.ts";
import { DenoiseError } from "../../problems/problem.ts";
import { evaluationsOf } from "../../programs/evaluations.ts";
import type { Recipe } from "../../recipe/types.ts";
import { toYaml } from "../../recipe/write.ts";
import type { Position } from "../../run/checkpoint.ts";
import { type Axis, changesAt, declaredIn, fixedOf, type Point, pointsOf, readGrid, samplerIn } from "./grid.ts";

/** What the average of the weights is called among the settings. */
const averageKey = "ema";

/** The average of a combination, as `LoadOptions.ema` names it; undefined for the first of the recipe. */
export const averageOf = (point: Point): string | undefined => point[averageKey];

/** The settings of the recipe in a combination. */
function settingsOf({ [averageKey]: _, ...settings }: Point): Point {
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
  /** The sampler that is compared: the one whose settings vary, else that of the samples; undefined where there is none. */
  readonly sampler: Stage<"sampler"> | undefined;
  /** Evaluations of the network for a picture of that sampler. */
  readonly evaluations: number | undefined;
}

/** All of them. */
export interface RunPlan {
  readonly axes: readonly Axis[];
  readonly settings: readonly Setting[];
  /** Metrics that are the same for every setting. */
  readonly same: readonly string[];
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
  const typed = averages.length > 0 || fixedOf(overrides).length < overrides.length;
  const grid = readGrid(overrides, typed ? {} : declaredIn(base), averages);
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
    const names = all.map(({ plugin }) => plugin.name);
    throw new DenoiseError(sweepSame(axes.map(({ key }) => key), names, samplerIn(axes[0]!.key)));
  }
  const compared = axes.map(({ key }) => samplerIn(key)).find(Boolean) ?? base.train.samples.sampler;
  const { step, seconds } = position;
  return {
    axes,
    same: all.filter((_, i) => !differs(i)).map(({ plugin }) => plugin.name),
    settings: wired.map(({ point, graph }, at) => {
      const sampler = compared === undefined ? graph.all("sampler")[0] : graph.sampler(compared);
      return {
        point,
        graph,
        recipe: sha256(JSON.stringify([step, seconds, toYaml(graph.recipe.resolved), point[averageKey] ?? held])),
        metrics: graph.all("metric").map((metric, i) => ({ metric, by: keys[at]![i]! })).filter((_, i) => differs(i)),
        sampler,
        evaluations: sampler && evaluationsOf(sampler),
      };
    }),
  };
}

/** What the numbers of a metric depend on, of what may vary here besides the average. */
function dependsOn(graph: Graph, { id, plugin, options }: Stage<"metric">): unknown[] {
  const { every: _, ...own } = options;
  const sampler = typeof options.sampler === "string" ? graph.sampler(options.sampler) : undefined;
  return [id, plugin.name, own, sampler && [sampler.plugin.name, sampler.options]];
}
