/** A graph as `graph --json` and `run --dry-run --json` tell it. */
import { factsOf, type Graph, type TrainingCost } from "../mod.ts";
import type { Answer } from "./answers.ts";

/** The stages, what each was given, and what training them costs. */
export function graphAnswer(graph: Graph, cost: TrainingCost | undefined): Omit<Answer<"graph">, "drawing"> {
  const { recipe: { name, file, seed }, image, edges } = graph;
  const facts = factsOf(graph, cost);
  return {
    name,
    file,
    seed,
    image,
    backend: graph.one("backend").stage.description,
    stages: graph.stages.map(({ id, kind, plugin, options }) => ({
      id,
      kind,
      plugin: plugin.name,
      options,
      facts: facts[id] ?? [],
    })),
    edges,
    cost: cost ?? null,
  };
}
