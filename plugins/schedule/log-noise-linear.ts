/** Schedule `log-noise-linear`: the noise power grows by the same factor in every step. */
import { plugin } from "denoise/plugin";
import { endOptions, endsFall } from "./shared/ends.ts";
import { geometric } from "./shared/geometric.ts";

export default plugin({
  kind: "schedule",
  name: "log-noise-linear",
  summary: "Noise power that grows by the same factor in every step",
  prefer:
    "To follow the recipes of clear-diffusion-keras; half of its times have little noise, so cosine is the one to " +
    "begin with",
  source: "Béres 2022, clear-diffusion-keras, LogNoiseLinearSchedule",
  options: endOptions.superRefine(endsFall),
  create: ({ options }) => geometric("noise", "even", options),
});
