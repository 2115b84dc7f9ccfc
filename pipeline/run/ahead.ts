/** The work between steps that is still to come in a run. */
import type { Graph, Stage } from "../graph/types.ts";
import { type Remaining, timesDue } from "./due.ts";
import type { WorkAhead } from "./throughput.ts";

/** How often each metric, by its id, the samples and checkpoints are due from here to the end. */
export function workAhead(
  { recipe, all }: Graph,
  metrics: readonly Stage<"metric">[],
  remaining: Remaining,
): WorkAhead {
  return {
    ...Object.fromEntries(metrics.map(({ id, options }) => [id, timesDue(options.every, remaining)])),
    samples: all("sampler").length === 0 ? 0 : timesDue(recipe.train.samples.every, remaining),
    checkpoint: timesDue(recipe.train.checkpoint, remaining),
  };
}
