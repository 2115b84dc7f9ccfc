/** Augmentation that mirrors pictures top to bottom. */
import { plugin, tf, z } from "denoise/plugin";

export default plugin({
  kind: "augmentation",
  name: "vertical-flip",
  summary: "Mirrors pictures top to bottom, each by a draw of its own",
  prefer: "For pictures that have no up and down, such as textures and views from above",
  source: "the group p4m of Cohen and Welling 2016, arXiv:1602.07576, section 4",
  options: z.object({
    probability: z.number().min(0).max(1).default(0.5).describe("chance that a picture is mirrored"),
  }),
  create: ({ options }) => ({
    shape: (input) => input,
    apply(images, { random, training }) {
      if (!training) return images;
      return tf.where(tf.less(random.uniform([1, 1, 1]), options.probability), tf.reverse(images, 1), images);
    },
  }),
});
