/** Ema `power-function`: an average whose profile grows with the training, from which others can be computed afterwards. */
import { type Ema, exponentOfStd, plugin, refuse, stdOfExponent, tf, z } from "denoise/plugin";
import { averaging, beside, buffersOption } from "./shared/averaging.ts";

const stds = z.number().positive().max(0.288);

export default plugin({
  kind: "ema",
  name: "power-function",
  summary:
    "Average whose length is a part of the training so far; others can be computed from its snapshots afterwards",
  prefer: "For recipes of EDM2, and to choose the length of the average after training, of snapshots of two or more",
  source: "Karras et al. 2023 (EDM2), arXiv:2312.02696, section 3.1, equations 2 to 4",
  options: z.object({
    std: stds.optional().describe("width of the average, as a part of the training: 0 to 0.288 (default: 0.1)"),
    gamma: z.number().nonnegative().optional().describe(
      "the exponent of its profile, in place of std: 6.94 is std 0.1",
    ),
    also: z.array(stds).optional().describe(
      "stds of further averages beside it: with train.snapshots, two give any other (default: 0.05, or 0.1 beside that)",
    ),
    buffers: buffersOption,
  }),
  create({ options: { std, gamma, also, buffers } }) {
    if (std !== undefined && gamma !== undefined) {
      refuse({ option: "gamma", what: "Both std and gamma say how wide it is", fix: "leave one of them out" });
    }
    const main = std ?? (gamma === undefined ? 0.1 : Number(stdOfExponent(gamma).toPrecision(4)));
    return beside(main, also ?? (main === 0.05 ? [0.1] : [0.05]), (one) => {
      const exponent = one === main && gamma !== undefined ? gamma : exponentOfStd(one);
      return powerFunction(String(one), exponent, buffers);
    });
  },
});

/** Step n keeps (1 - 1/n)^(γ + 1): nothing in the first, so that the initial weights do not count. */
function powerFunction(name: string, exponent: number, buffers: boolean): Ema {
  const part = (step: tf.Scalar) => {
    const count = tf.maximum(tf.cast(step, "float32"), 2);
    const replaced = tf.neg(tf.expm1(tf.mul(exponent + 1, tf.log1p(tf.div(-1, count)))));
    return tf.where(tf.lessEqual(step, tf.scalar(1, "int32")), 1, replaced);
  };
  return { ...averaging(name, part, { buffers }), exponent };
}
