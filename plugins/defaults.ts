/** Defaults for keys that a recipe leaves out. */

/** Stages by key of the recipe. Dataset and network are missing: nobody can guess those. */
export const defaults: Readonly<Record<string, unknown>> = {
  augmentation: [], // a flip is wrong for text, faces with asymmetry and signs: ask for it
  normalizer: "mean-variance",
  schedule: "cosine",
  // Velocity stays well conditioned at both ends of the schedule, where noise tells nothing about the image
  // or the other way round (Salimans and Ho 2022, arXiv:2202.00512, section 4).
  parametrization: "velocity",
  loss: "denoising",
  optimizer: "adamw",
  ema: "exponential",
  samplers: { preview: { use: "ddim" } },
  metrics: ["validation-error"],
  backend: "auto",
};
