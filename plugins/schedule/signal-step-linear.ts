/** Schedule `signal-step-linear`: the factor by which the signal power shrinks in a step moves evenly away from 1. */
import { plugin } from "denoise/plugin";
import { endOptions, endsFall } from "./shared/ends.ts";
import { geometric } from "./shared/geometric.ts";

export default plugin({
  kind: "schedule",
  name: "signal-step-linear",
  summary: "Signal power whose shrinking in each step quickens evenly with time",
  prefer:
    "To follow recipes after DDPM, without timesteps; on small pictures it spends many steps on almost pure noise",
  source: "Ho et al. 2020, arXiv:2006.11239, section 4, whose linear betas it continues to continuous time",
  options: endOptions.superRefine(endsFall),
  create: ({ options }) => geometric("signal", "quickening", options),
});
