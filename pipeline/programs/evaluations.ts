/** Evaluations of the network that sampling takes. */
import type { Stage } from "../graph/types.ts";

/** Evaluations for an image in a step of a sampler: with guidance, each asks the network for two predictions. */
export function evaluationsPerStep({ stage, options }: Stage<"sampler">): number {
  return stage.evaluationsPerStep * (options.guidance === undefined ? 1 : 2);
}

/** Evaluations for an image in all steps; the most of a sampler that chooses how many. */
export function evaluationsOf(sampler: Stage<"sampler">): number {
  return sampler.stage.steps * evaluationsPerStep(sampler);
}
