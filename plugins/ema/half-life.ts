/** Ema `half-life`: an exponential average whose memory is counted in pictures, and grows with the training. */
import { plugin, tf, z } from "denoise/plugin";
import { averaging, beside, buffersOption } from "./shared/averaging.ts";

const pictures = z.number().positive();

export default plugin({
  kind: "ema",
  name: "half-life",
  summary: "Exponential average that has forgotten half of what it was after so many pictures, whatever the batch",
  prefer: "For recipes of EDM, and wherever the length of the average should not depend on the size of the batch",
  source: "Karras et al. 2022 (EDM), arXiv:2206.00364, appendix F.2, and its training loop",
  needs: ["batchSize"],
  options: z.object({
    images: pictures.default(500_000).describe("training pictures after which half of the weight is left"),
    ramp_up: z.number().positive().nullable().default(0.05).describe(
      "the half-life is no more than this part of the pictures seen so far; null: always `images`",
    ),
    buffers: buffersOption,
    also: z.array(pictures).default([]).describe("half-lives of further averages, kept beside it for sample --ema"),
  }),
  create: ({ options: { images, ramp_up, buffers, also }, batchSize }) =>
    beside(images, also, (images) =>
      averaging(
        String(images),
        (step) => {
          const lost = Math.LN2 * batchSize / images; // -ln of what an update keeps
          if (ramp_up === null) return tf.scalar(-Math.expm1(-lost));
          const early = tf.div(Math.LN2 / ramp_up, tf.cast(step, "float32"));
          return tf.neg(tf.expm1(tf.neg(tf.maximum(lost, early))));
        },
        { buffers },
      )),
});
