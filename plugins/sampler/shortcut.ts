/** Sampler `shortcut`: jumps from level to level, by a network that was told how far. */
import { gridOptions, noiseGrid, overGrid, plugin, refuse, splitRow, z } from "denoise/plugin";

export default plugin({
  kind: "sampler",
  name: "shortcut",
  summary: "Jumps of shortcut models: the network is told where each of a few steps leads, one evaluation a step",
  prefer:
    "For networks with jump: true that loss shortcut trained, in 1, 2, 4 or 8 steps on even times; nothing else " +
    "can use it",
  source: "Frans et al. 2024, arXiv:2410.12557, algorithm 2",
  needs: ["schedule"],
  options: z.object({ ...gridOptions, steps: gridOptions.steps.default(4) }),
  create({ options: { steps, ...spacing }, schedule }) {
    const grid = noiseGrid(schedule, steps, spacing);
    if (grid.at(-1)!.noise === 0) {
      refuse({
        option: spacing.spacing === "list" ? "sigmas" : "last",
        what: "The last jump leads to the least noise of the schedule; what it predicts there is the picture",
        fix: spacing.spacing === "list" ? "end the list above 0" : "write last: end",
      });
    }
    return overGrid(grid, (points) => ({
      order: 1,
      stochastic: false,
      evaluationsPerStep: 1,
      asks: { jump: true },
      plan: () => points.slice(1).map((to, step) => [points[step]!.signal, points[step]!.noise, to.signal, to.noise]),
      init: (noise) => ({ image: noise }),
      step({ image }, row, { jump }) {
        const [signal, noise, nextSignal, nextNoise] = splitRow(row, 4);
        const after = jump!(image, { signal, noise }, { signal: nextSignal, noise: nextNoise });
        return { state: { image: after.image }, signal: after.signal };
      },
    }));
  },
});
