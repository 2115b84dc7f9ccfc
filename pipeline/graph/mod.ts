/**
 * From a recipe to wired stages: what each needs, what cannot work, what it costs, and its drawing.
 *
 * @module
 */
export { type TrainingCost, trainingCost } from "./cost.ts";
export { describeGraph, factsOf } from "./describe.ts";
export { type Drawing, drawingOf } from "./drawing.ts";
export { dryRun } from "./dry_run.ts";
export { checkMemory, estimatedBytes } from "./memory.ts";
export { toMermaid } from "./mermaid.ts";
export { toSvg } from "./svg.ts";
export type { Edge, Graph, Stage } from "./types.ts";
export { wire } from "./wire.ts";
