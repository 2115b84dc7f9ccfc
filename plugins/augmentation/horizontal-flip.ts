/** Augmentation that mirrors pictures left to right. */
import { plugin, tf, z } from "denoise/plugin";

export default plugin({
  kind: "augmentation",
  name: "horizontal-flip",
  summary: "Mirrors pictures left to right, each by a draw of its own",
  prefer: "For pictures that mean the same mirrored, such as flowers and most animals: it doubles what there is to " +
    "learn from. Not for letters, or where left and right differ",
  source: "Krizhevsky, Sutskever and Hinton 2012, ImageNet classification with deep convolutional neural networks, " +
    "section 4.1",
  options: z.object({
    probability: z.number().min(0).max(1).default(0.5).describe("chance that a picture is mirrored"),
  }),
  create: ({ options }) => ({
    shape: (input) => input,
    apply(images, { random, training }) {
      if (!training) return images;
      const mirrored = tf.reverse(images, 2);
      return tf.where(tf.less(random.uniform([1, 1, 1]), options.probability), mirrored, images);
    },
  }),
});
