/** A metric of a user's own, for tests of what metrics generate. */

/** Text of its plugin: `glow`, how bright a generated picture is in the mean over `images` of them. */
export const glow = (images: number, batch = images) => `
import { plugin, z } from "denoise/plugin";
export default plugin({
  kind: "metric",
  name: "glow",
  summary: "How bright generated pictures are",
  needs: ["sampler"],
  options: z.object({ sampler: z.string().describe("which") }),
  create: () => ({
    better: { glow: "higher" },
    async measure(view) {
      const batches = await Array.fromAsync(view.generate(${images}, ${batch}), (images) => images.array());
      return { glow: batches.flat(4).reduce((sum, value) => sum + value, 0) / ${images} };
    },
  }),
});
`;
