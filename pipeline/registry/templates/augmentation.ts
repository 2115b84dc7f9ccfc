/** Augmentation `my-plugin`: pictures brighter or darker. */
import { plugin, tf, z } from "denoise/plugin";

export default plugin({
  kind: "augmentation",
  name: "my-plugin",
  summary: "Makes pictures brighter or darker, each by a draw of its own",
  options: z.object({
    amount: z.number().min(0).max(1).default(0.1).describe("largest change, in units of full white"),
  }),
  create: ({ options: { amount } }) => ({
    shape: (input) => input,
    apply(images, { random, training }) {
      if (!training) return images;
      const change = tf.mul(tf.sub(tf.mul(random.uniform([1, 1, 1]), 2), 1), amount);
      return tf.clipByValue(tf.add(images, change), 0, 1);
    },
  }),
});
