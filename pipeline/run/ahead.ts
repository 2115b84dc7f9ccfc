/** The work between steps that is still to come in a run. */
import type { Graph, Stage } from "../graph/types.ts";
import { type Course, timesDue } from "./due.ts";
import type { WorkAhead } from "./throughput.ts";

/** How often each metric, by its id, the samples and checkpoints are due from here to the end. */
export function workAhead({ recipe, all }: Graph, metrics: readonly Stage<"metric">[], course: Course): WorkAhead {
  return {
    ...Object.fromEntries(metrics.map(({ id, options }) => [id, timesDue(options.every, course)])),
    samples: all("sampler").length === 0 ? 0 : timesDue(recipe.train.samples.every, course),
    checkpoint: timesDue(recipe.train.checkpoint, course),
  };
}
