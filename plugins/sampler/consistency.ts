/** Sampler `consistency`: jumps to the image, and back to less noise, a few times. */
import { gridOptions, isZero, noiseGrid, overGrid, plugin, refuse, z } from "denoise/plugin";
import { linear } from "./shared/linear.ts";

export default plugin({
  kind: "sampler",
  name: "consistency",
  summary: "Multistep sampling of consistency models: the predicted image with fresh noise, 1 to 4 evaluations",
  prefer: "For networks that were tuned or distilled to see the image at once; pictures of others come out blurred",
  source: "Song et al. 2023, arXiv:2303.01469, algorithm 1; with timesteps Luo et al. 2023, arXiv:2310.04378 (LCM)",
  needs: ["schedule"],
  options: z.object({
    ...gridOptions,
    steps: gridOptions.steps.default(2),
    timesteps: z.array(z.number().min(0).max(999)).optional().describe(
      "for latent consistency models: their timesteps of 1000, one a step, for the boundary condition that they were " +
        "trained with; it is left to the network otherwise",
    ),
  }),
  create({ options: { steps, timesteps, ...spacing }, schedule }) {
    if (timesteps !== undefined && timesteps.length !== steps) {
      refuse({
        option: "timesteps",
        what: `It lists ${counted(timesteps.length, "timestep")} for ${counted(steps, "step")}`,
        fix: "list one for each step",
      });
    }
    return overGrid(noiseGrid(schedule, steps, spacing), (points) => {
      const skipped = steps - (points.length - 1);
      const moves = points.slice(1).map((to, step) => {
        const { skip, out } = boundary(timesteps?.[step + skipped]);
        return {
          at: points[step]!,
          image: to.signal * skip,
          signals: [to.signal * out],
          fresh: isZero(to) ? 0 : to.noise,
        };
      });
      return linear(moves, { order: 1, stochastic: moves.some(({ fresh }) => fresh > 0) });
    });
  },
});

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;

/** LCM's boundary condition: shares of image and signal, with sigma_data 0.5 and timesteps times 10. */
function boundary(timestep: number | undefined): { skip: number; out: number } {
  if (timestep === undefined) return { skip: 0, out: 1 };
  const scaled = (10 * timestep) ** 2 + 0.25;
  return { skip: 0.25 / scaled, out: 10 * timestep / Math.sqrt(scaled) };
}
