/** Options that several samplers take. */
import { z } from "denoise/plugin";

/** Steps, and the noise that is drawn between them. */
export const stepOptions = {
  steps: z.int().positive().max(1_000_000).default(20).describe("diffusion steps"),
  stochasticity: z.number().min(0).default(0).describe("eta: 0 is deterministic, as DDIM, 1 is DDPM"),
  variance_preserving: z.boolean().default(true).describe(
    "put back as much noise as was taken away; false puts back more, the larger variance of DDPM",
  ),
};

/** How far into a step its second evaluation lies. */
export const secondOrderAlpha = z.number().gt(0).max(1).describe(
  "where in a step the second evaluation lies: 0.5 midpoint, 0.667 Ralston, 1 Heun",
);
