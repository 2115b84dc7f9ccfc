/**
 * Pictures of models and schedules, for papers and pages: what `deno task picture` draws.
 *
 * @module
 */
export { type AnimationOptions, animationPicture } from "./animation.ts";
export { type DiffusionOptions, diffusionPicture } from "./diffusion.ts";
export { gridPicture, type GridPictureOptions } from "./grid.ts";
export { type InterpolationOptions, interpolationPicture } from "./interpolation.ts";
export { type KidCell, kidPicture, type KidPictureOptions } from "./kid.ts";
export { type NeighboursOptions, neighboursPicture } from "./neighbours.ts";
export { samplersPicture, type SamplersPictureOptions } from "./comparison.ts";
export type { Distances } from "./memory.ts";
export type { PictureOptions, PictureResult } from "./options.ts";
export { schedulePicture, type SchedulePictureOptions } from "./schedules.ts";
export { stepsPicture, type StepsPictureOptions } from "./steps.ts";
export { type TrajectoryOptions, trajectoryPicture } from "./trajectory.ts";
