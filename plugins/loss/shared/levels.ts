/** How the noise levels of a batch are drawn: log-SNRs, or times through the schedule, as functions of uniform numbers. */
import { type ImageShape, type Random, type Rates, ratesOf, type Schedule, tf, z } from "denoise/plugin";
import { normalAt } from "./quantile.ts";
import { shifted, sizeShift } from "./shift.ts";

/** Options of the draw. */
export const levelOptions = {
  levels: z.enum([
    "uniform-time",
    "uniform-noise-power",
    "log-normal",
    "logit-normal",
    "mode",
    "log-uniform",
    "log-logistic",
  ]).default("uniform-time")
    .describe(
      "how noise levels are drawn: times from 0 to 1 through the schedule; independent of the schedule: noise powers from 0 " +
        "to 1, normal ln σ (EDM), normal logits of the flow's time (SD3; the same with other defaults), SD3's mode, even or " +
        "logistic ln σ",
    ),
  level_mean: z.number().optional().describe(
    "mean of log-normal, log-logistic and logit-normal levels; default: -1.2, and 0 of logit-normal",
  ),
  level_std: z.number().positive().optional().describe(
    "standard deviation of log-normal and logit-normal levels, scale of log-logistic ones; default: 1.2, and 1 of logit-normal",
  ),
  mode_scale: z.number().min(-1).max(1.75).default(1.29).describe(
    "how much mode prefers the middle of the flow's time to its ends: 0 not at all",
  ),
  least_sigma: z.number().positive().default(0.002).describe("least σ of log-uniform and log-logistic levels"),
  most_sigma: z.number().positive().default(80).describe("largest σ of log-uniform and log-logistic levels"),
  level_size: z.int().positive().optional().describe(
    "side in pixels of the pictures that the levels are meant for: others get a log-SNR shifted by 2 ln(level_size / side), " +
      "so that larger ones are as noisy to the eye; default: no shift",
  ),
  stratified: z.boolean().default(false).describe(
    "each picture of a batch draws from a range of its own, so that a batch has levels of all sizes",
  ),
};

/** The options, checked. */
export type LevelOptions = z.output<z.ZodObject<typeof levelOptions>>;

/** With which levels options are used. */
export const usesOfLevels = {
  level_mean: ["log-normal", "logit-normal", "log-logistic"],
  level_std: ["log-normal", "logit-normal", "log-logistic"],
  mode_scale: ["mode"],
  least_sigma: ["log-uniform", "log-logistic"],
  most_sigma: ["log-uniform", "log-logistic"],
} as const;

/** Checks that the ends of σ are in order, as a refinement of the options. */
export function endsRise(
  { least_sigma, most_sigma }: Pick<LevelOptions, "least_sigma" | "most_sigma">,
  context: { addIssue(issue: { code: "custom"; path: string[]; message: string }): void },
): void {
  if (least_sigma < most_sigma) return;
  context.addIssue({
    code: "custom",
    path: ["most_sigma"],
    message: `Largest σ ${most_sigma} is not above the least, ${least_sigma}: raise it, or lower least_sigma`,
  });
}

/** Below the least number that is drawn but 0, at which noise or signal would be gone, and errors divided by nothing. */
const least = 2 ** -24;

/** Noise levels at uniform numbers in 0 to 1, of their shape. They become noisier with u, those of `mode` less noisy. */
export function levelsAt(u: tf.Tensor, options: LevelOptions, schedule: Pick<Schedule, "rates">): Rates {
  switch (options.levels) {
    case "uniform-time":
      return schedule.rates(u);
    case "uniform-noise-power":
      return { signal: tf.sqrt(tf.sub(1, u)), noise: tf.sqrt(tf.maximum(u, least)) };
    case "log-normal":
    case "logit-normal": {
      // ln σ is the logit of the flow's time: Karras et al. 2022, arXiv:2206.00364, table 1; Esser et al. 2024,
      // arXiv:2403.03206, eq. 19.
      const [mean, std] = options.levels === "log-normal" ? [-1.2, 1.2] : [0, 1];
      const inside = tf.add(tf.mul(u, 1 - 2e-7), 1e-7);
      const logSigma = tf.add(tf.mul(normalAt(inside), options.level_std ?? std), options.level_mean ?? mean);
      return ratesOf(tf.mul(logSigma, -2));
    }
    case "log-uniform": {
      const [low, high] = [Math.log(options.least_sigma), Math.log(options.most_sigma)];
      return ratesOf(tf.mul(-2, tf.add(tf.mul(u, high - low), low)));
    }
    case "log-logistic": {
      // Crowson et al. 2024, arXiv:2401.11605, and its code k-diffusion: the quantile between the σ at both ends.
      const { least_sigma, most_sigma, level_mean: mean = -1.2, level_std: scale = 1.2 } = options;
      const [least, most] = [least_sigma, most_sigma].map((sigma) =>
        1 / (1 + Math.exp((mean - Math.log(sigma)) / scale))
      );
      const [low, rest] = [least!, 1 - most!]; // both ends keep their digits
      const below = tf.add(tf.mul(u, most! - least!), low), above = tf.add(tf.mul(tf.sub(1, u), most! - least!), rest);
      const logSigma = tf.add(tf.mul(tf.log(tf.div(below, above)), scale), mean);
      return ratesOf(tf.mul(logSigma, -2));
    }
    case "mode": {
      // Esser et al. 2024, eq. 20: t = 1 - u - s (cos²(π u / 2) - 1 + u).
      const inside = tf.maximum(u, least);
      const turn = tf.sub(tf.square(tf.cos(tf.mul(inside, Math.PI / 2))), tf.sub(1, inside));
      const time = tf.sub(tf.sub(1, inside), tf.mul(options.mode_scale, turn));
      const rest = tf.sub(1, time);
      const length = tf.sqrt(tf.add(tf.square(time), tf.square(rest)));
      return { signal: tf.div(rest, length), noise: tf.div(time, length) };
    }
  }
}

/** Noise levels at uniform numbers in 0 to 1, as pictures of this size have them. */
export function levelsOfSize(
  options: LevelOptions,
  schedule: Pick<Schedule, "rates">,
  image: ImageShape,
): (u: tf.Tensor) => Rates {
  const { level_size } = options;
  if (level_size === undefined) return (u) => levelsAt(u, options, schedule);
  const shift = sizeShift(level_size, image);
  return (u) => shifted(levelsAt(u, options, schedule), shift);
}

/** Uniform numbers in 0 to 1 for a batch, `[batch, 1, 1, 1]`; stratified, each in a range of its own. */
export function uniforms(random: Random, batch: number, { stratified }: Pick<LevelOptions, "stratified">): tf.Tensor {
  const u = random.uniform([1, 1, 1]);
  if (!stratified) return u;
  const place = tf.reshape(tf.range(0, batch, 1, "float32"), [batch, 1, 1, 1]);
  return tf.div(tf.add(place, u), batch);
}
