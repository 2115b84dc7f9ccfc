/** Schedule `log-signal-linear`: the signal power shrinks by the same factor in every step. */
import { plugin } from "denoise/plugin";
import { endOptions, endsFall } from "./shared/ends.ts";
import { geometric } from "./shared/geometric.ts";

export default plugin({
  kind: "schedule",
  name: "log-signal-linear",
  summary: "Signal power that shrinks by the same factor in every step",
  prefer:
    "To follow the recipes of clear-diffusion-keras; half of its times have little signal, so cosine is the one " +
    "to begin with",
  source: "Béres 2022, clear-diffusion-keras, LogSignalLinearSchedule",
  options: endOptions.superRefine(endsFall),
  create: ({ options }) => geometric("signal", "even", options),
});
