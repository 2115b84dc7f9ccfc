/** Grids: the noise levels that samplers step through, by the option `spacing`, which every sampler can take. */
export { noiseGrid, pointsAt } from "./grid.ts";
export * from "./options.ts";
export type { TableName } from "./tables.ts";
export { isZero, overGrid, type Point, pointOf, pointOfSigma, startsBelowAllNoise } from "./points.ts";
export type { GridSchedule } from "./timesteps.ts";
