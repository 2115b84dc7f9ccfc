/** Options that several samplers take. */
import { gridOptions, spacingOptions, z } from "denoise/plugin";

/** Steps, and the noise that is drawn between them. */
export const stepOptions = {
  steps: gridOptions.steps,
  stochasticity: z.number().min(0).default(0).describe("eta: 0 is deterministic, as DDIM, 1 is DDPM"),
  variance_preserving: z.boolean().default(true).describe(
    "put back as much noise as was taken away; false puts back more, the larger variance of DDPM",
  ),
  ...spacingOptions,
};

/** How far into a step its second evaluation lies. */
export const secondOrderAlpha = z.number().gt(0).max(1).describe(
  "where in a step the second evaluation lies: 0.5 midpoint, 0.667 Ralston, 1 Heun",
);

/** How much of the noise that a step takes away is put back as fresh noise. */
export const eta = (fallback: number) =>
  z.number().min(0).default(fallback).describe("share of fresh noise: 0 is deterministic, 1 all that the SDE draws");

/** What fresh noise is multiplied by. */
export const noiseScale = z.number().min(0).default(1).describe(
  "s_noise: what fresh noise is multiplied by; a little above 1 makes up for what networks remove too much",
);

/** Noise that is added before a step, of EDM's stochastic sampler. */
export const churnOptions = {
  churn: z.number().min(0).default(0).describe(
    "S_churn: noise that is added before steps and removed by them, in all of them together; 0 adds none",
  ),
  churn_min: z.number().min(0).default(0).describe("S_tmin: no noise is added below this noise rate / signal rate"),
  churn_max: z.number().positive().optional().describe("S_tmax: none is added above this one"),
  noise_scale: noiseScale,
};
