/** Augmentation that turns pictures by quarters. */
import { plugin, refuse, tf, z } from "denoise/plugin";

export default plugin({
  kind: "augmentation",
  name: "rotate-90",
  summary: "Turns square pictures by 90, 180 or 270 degrees, each by a draw of its own",
  prefer: "For pictures that have no up and down, such as textures and views from above",
  source: "the group p4 of Cohen and Welling 2016, arXiv:1602.07576, section 4",
  options: z.object({
    probability: z.number().min(0).max(1).default(0.75).describe(
      "chance that a picture is turned; each of the three turns is as likely as the others",
    ),
  }),
  create: ({ options: { probability } }) => ({
    shape(input) {
      const { height, width } = input;
      if (height === width) return input;
      refuse({
        what: `Cannot turn pictures of ${width}×${height} pixels by a quarter: they would become ${height}×${width}`,
        fix: "use square pictures (image_size, or random-crop before it), or horizontal-flip and vertical-flip",
      });
    },
    apply(images, { random, training }) {
      if (!training) return images;
      const draw = random.uniform([1, 1, 1]);
      const turned: tf.Tensor4D = tf.transpose(images, [0, 2, 1, 3]);
      // Quarters to the left, by what part of the chance the draw is below: three of them, then two, then one.
      const turns = [tf.reverse(turned, 2), tf.reverse(images, [1, 2]), tf.reverse(turned, 1)];
      return turns.reduce<tf.Tensor4D>(
        (kept, one, i) => tf.where(tf.less(draw, probability * (3 - i) / 3), one, kept),
        images,
      );
    },
  }),
});
