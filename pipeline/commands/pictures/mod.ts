/**
 * Pictures of models and schedules, for papers and pages: what `deno task picture` draws.
 *
 * @module
 */
export { animationPicture } from "./animation.ts";
export { diffusionPicture } from "./diffusion.ts";
export { gridPicture } from "./grid.ts";
export { interpolationPicture } from "./interpolation.ts";
export { kidPicture } from "./kid.ts";
export type { PictureResult } from "./options.ts";
export { schedulePicture } from "./schedules.ts";
export { stepsPicture } from "./steps.ts";
export { trajectoryPicture } from "./trajectory.ts";
