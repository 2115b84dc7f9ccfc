/** Sweeps: what the library exports of them. */
export { sweep, type SweepOptions, type SweepResult } from "./sweep.ts";
export type { SweepCell } from "./table.ts";
export type { Point as SweepPoint } from "./grid.ts";
