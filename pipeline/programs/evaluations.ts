/** Evaluations of the network that sampling takes. */
import type { Graph, Stage } from "../graph/types.ts";

/** Evaluations for an image in a step of a sampler: guidance by classes asks the network twice each time. */
export function evaluationsPerStep(graph: Graph, { stage, options }: Stage<"sampler">): number {
  const guided = options.guidance !== undefined && graph.one("network").stage.offers?.classes !== undefined;
  return stage.evaluationsPerStep * (guided ? 2 : 1);
}

/** Evaluations for an image in all steps; the most of a sampler that chooses how many. */
export function evaluationsOf(graph: Graph, sampler: Stage<"sampler">): number {
  return sampler.stage.steps * evaluationsPerStep(graph, sampler);
}
