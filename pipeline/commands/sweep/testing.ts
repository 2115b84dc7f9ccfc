/** What the tests of sweeps share: a recipe that trains in a moment, and a metric of their own. */

/** The recipe, with these lines besides. */
export const smallRecipe = (...lines: readonly string[]) => `
name: small
seed: 5
dataset: { use: emoji, image_size: 8, batch_size: 16, categories: [Activities] }
network: { use: residual-unet, widths: [4, 8], block_depth: 1, embedding_dims: 4, max_frequency: 10 }
samplers: { preview: { use: ddim, steps: 2 } }
${lines.join("\n")}
backend: cpu
`;

/** Text of a plugin: the metric `glow`, how bright two generated pictures are. */
export const glow = `
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
      const [images] = await Array.fromAsync(view.generate(2), (images) => images.array());
      return { glow: images.flat(3).reduce((sum, value) => sum + value, 0) };
    },
  }),
});
`;
