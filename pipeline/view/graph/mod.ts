/** Graphs in words and pictures: what the library exports of them. */
export { describeGraph, factsOf } from "./describe.ts";
export { drawingOf } from "./drawing.ts";
export type { Drawing, DrawingEdge, DrawingNode, Group } from "./drawing.ts";
export { toMermaid } from "./mermaid.ts";
export { type SvgLayout, toSvg } from "./svg.ts";
