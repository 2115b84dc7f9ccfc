/** Evaluations of networks that sampling takes. */
import type { Stage } from "../graph/types.ts";
import { isGuided } from "../kinds/guidance.ts";

/**
 * Evaluations for an image in a step of a sampler: guidance asks for two predictions each time, of this network or of this
 * and another. With an interval of guidance, the most: steps outside of it ask for one.
 */
export function evaluationsPerStep({ stage, options }: Pick<Stage<"sampler">, "stage" | "options">): number {
  return stage.evaluationsPerStep * (isGuided(options.guidance) ? 2 : 1);
}

/** Evaluations for an image in all steps; the most of a sampler that chooses how many. */
export function evaluationsOf(sampler: Pick<Stage<"sampler">, "stage" | "options">): number {
  return sampler.stage.steps * evaluationsPerStep(sampler);
}
