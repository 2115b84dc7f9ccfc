/** Sweeps: what the library exports of them. */
export { sweep } from "./sweep.ts";
export type { SweepOptions, SweepResult } from "./types.ts";
export type { SweepCell } from "./table.ts";
export type { Point as SweepPoint } from "./grid.ts";
