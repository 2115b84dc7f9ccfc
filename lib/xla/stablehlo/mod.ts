/** StableHLO: a graph of typed operations, and its text. */
export * from "./arrange.ts";
export * from "./constant.ts";
export * from "./control.ts";
export * from "./elementwise.ts";
export * from "./indexing.ts";
export * from "./linear.ts";
export * from "./narrow.ts";
export * from "./program.ts";
export * from "./reduce.ts";
export * from "./type.ts";
export { type Op, region, several, source, Value, within } from "./value.ts";
