/** Normalizer `my-plugin`: the same map for every dataset. */
import { plugin, tf, z } from "denoise/plugin";

export default plugin({
  kind: "normalizer",
  name: "my-plugin",
  summary: "Grey to 0, black and white to ∓ a constant",
  options: z.object({
    white: z.number().positive().default(1).describe("value of white pixels; black ones get its negative"),
  }),
  create: ({ options: { white } }) => ({
    fit: () => Promise.resolve({}), // no statistics: nothing to keep in checkpoints
    blank: () => ({}),
    normalize: (_, pixels) => tf.mul(tf.sub(tf.mul(pixels, 2), 1), white),
    denormalize: (_, images) => tf.clipByValue(tf.div(tf.add(tf.div(images, white), 1), 2), 0, 1),
  }),
});
