/** Sampler `dpmpp`: DPM-Solver++, which makes use of the signals that earlier steps predicted. */
import { gridOptions, noiseGrid, overGrid, plugin, refuse, z } from "denoise/plugin";
import { dpmppMultistep, dpmppSinglestep, singlestepOrders } from "./shared/dpmpp.ts";
import { linear } from "./shared/linear.ts";
import { eta, noiseScale } from "./shared/options.ts";

export default plugin({
  kind: "sampler",
  name: "dpmpp",
  summary: "DPM-Solver++ of order 1 to 3 (1S, 2M, 3M), one evaluation a step; with eta its SDE variants",
  prefer: "The first to try for speed: 10 to 30 steps with spacing: karras or log-snr, last: zero; with eta 1 for " +
    "lively pictures",
  source: "Lu et al. 2022, arXiv:2211.01095, algorithms 1 and 2; SDE: appendix D; order 3 as in its multistep solver",
  needs: ["schedule"],
  options: z.object({
    ...gridOptions,
    order: z.int().min(1).max(3).default(2).describe("signals that are combined"),
    method: z.enum(["multistep", "singlestep"]).default("multistep").describe(
      "multistep: signals of earlier steps; singlestep: groups of steps that start anew, one for each order",
    ),
    type: z.enum(["midpoint", "heun"]).default("midpoint").describe(
      "how a change of the signal over a step is integrated: by the midpoint rule, or exactly, called heun in public code",
    ),
    third: z.enum(["corrected", "public"]).default("corrected").describe(
      "order 3: with the factor 2 that its second difference needs, or without, as k-diffusion and diffusers, " +
        "whose order is 2",
    ),
    lower_final: z.boolean().default(false).describe(
      "last step of order 1, the one before of order 2 at most, as diffusers does for fewer than 15 steps",
    ),
    eta: eta(0),
    noise_scale: noiseScale,
  }),
  create({ options, schedule }) {
    const { steps, order, method, type, third, lower_final, eta, noise_scale, ...spacing } = options;
    if (method === "singlestep" && eta > 0) {
      refuse({
        option: "eta",
        what: "The single-step solver draws no noise",
        fix: "leave eta out, or take method: multistep",
      });
    }
    return overGrid(noiseGrid(schedule, steps, spacing), (points) => {
      const count = points.length - 1;
      if (method === "singlestep") {
        const orders = singlestepOrders(count, order, lower_final);
        // A group that is cut is of lower order: it does not last.
        return linear(dpmppSinglestep(points, { type }, orders), { order });
      }
      const most = (step: number) => lower_final ? Math.min(order, count - step) : order;
      const formula = { eta, noiseScale: noise_scale, type, third };
      // The first step is of order 1, and its error, of order 2, stays.
      return linear(dpmppMultistep(points, formula, most), { order: Math.min(order, 2), stochastic: eta > 0 });
    });
  },
});
