/** A recipe that trains in a moment, for the tests of sweeps. */

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
