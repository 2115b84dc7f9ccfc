/**
 * From a recipe to wired stages: what each needs, what cannot work, what it costs, and its drawing.
 *
 * @module
 */
export { trainingCost } from "./cost.ts";
export { describeGraph, factsOf } from "./describe.ts";
export { drawingOf } from "./drawing.ts";
export { dryRun } from "./dry_run.ts";
export { toMermaid } from "./mermaid.ts";
export { toSvg } from "./svg.ts";
export type { Graph } from "./types.ts";
export { wire } from "./wire.ts";
