/** Loss `consistency`: the image predicted from noise is to be the one predicted from a little less of the same noise. */
import { type Components, ops, plugin, type Rates, refuse, refuseUnused, tf, z } from "denoise/plugin";
import { gapOf, ratesBelow, rounded, sigmasOf } from "./shared/consistency.ts";
import { endsRise, levelOptions, levelsOfSize, uniforms, usesOfLevels } from "./shared/levels.ts";

const roundingOptions = {
  c: z.number().positive().default(0.00054).describe(
    "of error pseudo-huber: where it is rounded, in standard deviations of a pixel; iCT: 0.00054, ECT: 0, the least",
  ),
};

export default plugin({
  kind: "loss",
  name: "consistency",
  summary: "Easy consistency tuning: makes the images predicted at two noise levels agree",
  prefer:
    "To make a trained model, named by train.from, a generator of one or two steps for the sampler consistency; " +
    "shortcut does without a model to start from",
  source: "Geng et al. 2024, arXiv:2406.14548, algorithm 1; from Song et al. 2023, arXiv:2303.01469",
  needs: ["schedule", "image", "parametrization"],
  options: z.object({
    ...levelOptions,
    levels: levelOptions.levels.default("log-normal"),
    level_mean: levelOptions.level_mean.describe(
      "mean of ln σ, as in loss denoising; default: -0.4, which is ECT's -1.1 for normalised pictures",
    ),
    level_std: levelOptions.level_std.describe("spread of ln σ, as in loss denoising; default: 2"),
    q: z.number().gt(1).default(2).describe("what each stage divides the distance of the two levels by"),
    stage_steps: z.int().positive().default(1000).describe("updates of the weights in a stage"),
    last_stage: z.int().min(0).optional().describe(
      "stage that lasts to the end, the first being 0; default: where q has divided the distance by 256",
    ),
    mapping: z.enum(["sigmoid", "constant"]).default("sigmoid").describe(
      "how the distance depends on the level: more of it where there is little noise, or the same share everywhere",
    ),
    k: z.number().min(0).optional().describe("of mapping sigmoid: how much more of it; 8 unless given"),
    b: z.number().positive().optional().describe(
      "of mapping sigmoid: how fast that ends as the noise grows; 0.5 unless given, ECT's 1 for normalised pictures",
    ),
    error: z.enum(["pseudo-huber", "mse"]).default("pseudo-huber").describe(
      "distance of the two images: the root of the mean square, rounded at zero, or the mean square",
    ),
    ...roundingOptions,
    weights: z.enum(["step", "edm", "none"]).default("step").describe(
      "what multiplies the distance. step: 1 / (t - r), as in ECT; edm: EDM's 1 / t² + 1, or its root with pseudo-huber, " +
        "for more of high noise, where the first of few steps lies; none: 1",
    ),
  }).superRefine(endsRise),
  create({ options, schedule, image, parametrization }) {
    if (parametrization.jumpsToImage !== true) {
      refuse({
        what: "This parametrization predicts an image that is not the noisy one where there is no noise, or is far " +
          "from it where there is much: consistency has nothing to start from",
        fix: "use parametrization: edm, velocity or flow, for the model that it starts from, too",
      });
    }
    const { k = 8, b = 0.5, c, mapping, error, weights } = options;
    refuseUnused(options, "levels", usesOfLevels, levelOptions);
    refuseUnused(options, "mapping", { k: ["sigmoid"], b: ["sigmoid"] });
    refuseUnused(options, "error", { c: ["pseudo-huber"] }, roundingOptions);
    const { q, last_stage = Math.max(Math.floor(Math.log(256) / Math.log(q) + 1e-9) - 1, 0) } = options;
    if (q ** (last_stage + 1) > 1e5) {
      refuse({
        option: options.last_stage === undefined ? "q" : "last_stage",
        what:
          `Stage ${last_stage} divides the distance of the levels by ${q ** (last_stage + 1)}: float32 has too few ` +
          "digits for the difference of their images",
        fix: "choose q and last_stage so that q to the power of last_stage + 1 is at most 100000; 256 is usual",
      });
    }
    const [mean, std] = options.levels === "log-normal" ? [-0.4, 2] : [undefined, undefined];
    const drawn = { ...options, level_mean: options.level_mean ?? mean, level_std: options.level_std ?? std };
    const levelsAt = levelsOfSize(drawn, schedule, image);

    /** Distances of images predicted at t and at r, weighted, `[batch, 1, 1, 1]`. `gap`: (t - r) / t. */
    const distances = (at: tf.Tensor4D, below: tf.Tensor4D, rates: Rates, gap: tf.Tensor): tf.Tensor => {
      const difference = tf.sub<tf.Tensor4D>(at, below);
      const square = tf.mean(tf.square(difference), [1, 2, 3], true);
      const distance = error === "mse" ? square : rounded(square, c);
      if (weights === "none") return distance;
      const t = sigmasOf(rates);
      if (weights === "edm") {
        const onSquare = tf.add(1, tf.square(tf.div(1, t)));
        return tf.mul(distance, error === "mse" ? onSquare : tf.sqrt(onSquare));
      }
      return tf.div(distance, tf.mul(t, gap)); // not t - r: its digits are lost where they are near
    };

    return {
      ofParts: "mean",
      levels: (random, batch) => levelsAt(uniforms(random, batch, options)),
      train({ images, denoise, levels, step, random }) {
        const rates = levels();
        const noise = random.fork("noise").normal(images.shape.slice(1)) as tf.Tensor4D;
        const gap = gapOf(sigmasOf(rates), step, { ...options, last_stage, k: mapping === "sigmoid" ? k : 0, b });
        const less = ratesBelow(rates, gap);
        const noisy = ({ signal, noise: rate }: Rates) =>
          tf.add<tf.Tensor4D>(tf.mul(signal, images), tf.mul(rate, noise));
        const at = denoise(noisy(rates), rates).signal;
        const below = ops.withoutGradient(() => denoise(noisy(less), less).signal);
        const loss = tf.mean<tf.Scalar>(distances(at, below, rates, gap));
        const image = tf.mean<tf.Scalar>(tf.abs(tf.sub(ops.withoutGradient(() => at), images)));
        return { objective: loss, errors: { loss, image } };
      },
      // Validation pictures: r is 0, where the image is known.
      measure(predicted: Components, target: Components, rates?: Rates) {
        if (rates === undefined) {
          throw new TypeError("Cannot weigh errors by noise level: measure was not given the rates");
        }
        const loss = tf.mean<tf.Scalar>(distances(predicted.signal, target.signal, rates, tf.scalar(1)));
        return { objective: loss, errors: { loss } };
      },
    };
  },
});
