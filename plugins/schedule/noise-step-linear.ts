/** Schedule `noise-step-linear`: the factor by which the noise power grows in a step changes evenly with time. */
import { plugin, z } from "denoise/plugin";
import { endOptions, endsFall } from "./shared/ends.ts";
import { geometric } from "./shared/geometric.ts";

export default plugin({
  kind: "schedule",
  name: "noise-step-linear",
  summary: "Noise power whose growth in each step slackens evenly with time, or quickens",
  prefer: "To follow the recipes of clear-diffusion-keras; cosine is the one to begin with",
  source: "Béres 2022, clear-diffusion-keras, NoiseStepLinearSchedule; growth quickening as in its commit 98fbccd",
  options: endOptions.extend({
    growth: z.enum(["slackening", "quickening"]).default("slackening").describe(
      "growth of the noise power from step to step: slackening to none at time 1, or quickening from none at time 0",
    ),
  }).superRefine(endsFall),
  create: ({ options }) => geometric("noise", options.growth, options),
});
