/** Normalizer `range`: black to -1, white to 1. */
import { plugin, tf, z } from "denoise/plugin";

export default plugin({
  kind: "normalizer",
  name: "range",
  summary: "Pixels from [0, 1] to [-1, 1], whatever the pictures",
  prefer: "For recipes of papers that have pixels in -1 to 1, such as DDPM's and EDM's",
  source: "Ho et al. 2020, arXiv:2006.11239, section 3.3",
  options: z.object({}),
  create: () => ({
    fit: () => Promise.resolve({}),
    blank: () => ({}),
    normalize: (_, pixels) => tf.sub(tf.mul(pixels, 2), 1),
    denormalize: (_, images) => tf.clipByValue(tf.div(tf.add(images, 1), 2), 0, 1),
  }),
});
