/** Compiling for GPUs that are not here. */
export { AheadEngine, type AheadOptions } from "./engine.ts";
export { compilerPlugin, tracerPlugin } from "./plugins.ts";
export type { ProgramReport, WorkReport } from "./report.ts";
