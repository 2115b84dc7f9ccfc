/** The types of all kinds, for plugin authors. Erased at run time: a plugin loads nothing of the pipeline. */
export type * from "./augmentation.ts";
export type * from "./ahead.ts";
export type * from "./backend.ts";
export type * from "./common.ts";
export type * from "./dataset.ts";
export type * from "./ema.ts";
export type * from "./guidance.ts";
export type * from "./loss.ts";
export type * from "./metric.ts";
export type * from "./mod.ts";
export type * from "./network.ts";
export type * from "./normalizer.ts";
export type * from "./optimizer.ts";
export type * from "./parametrization.ts";
export type * from "./plugin.ts";
export type * from "./sampler.ts";
export type * from "./schedule.ts";
