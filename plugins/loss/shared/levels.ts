/** How the noise levels of a batch are drawn: log-SNRs, or times through the schedule, as functions of uniform numbers. */
import { type Random, type Rates, ratesOf, type Schedule, tf, z } from "denoise/plugin";
import { normalAt } from "./quantile.ts";

/** Options of the draw. */
export const levelOptions = {
  levels: z.enum(["uniform-time", "uniform-noise-power", "log-normal", "logit-normal", "mode"]).default("uniform-time")
    .describe(
      "how noise levels are drawn: times from 0 to 1 through the schedule; independent of the schedule: noise powers from 0 " +
        "to 1, normal ln σ (EDM), normal logits of the flow's time (SD3; the same with other defaults), or SD3's mode",
    ),
  level_mean: z.number().optional().describe("mean of log-normal and logit-normal levels; default: -1.2 and 0"),
  level_std: z.number().positive().optional().describe(
    "standard deviation of log-normal and logit-normal levels; default: 1.2 and 1",
  ),
  mode_scale: z.number().min(-1).max(1.75).default(1.29).describe(
    "how much mode prefers the middle of the flow's time to its ends: 0 not at all",
  ),
  stratified: z.boolean().default(false).describe(
    "each picture of a batch draws from a range of its own, so that a batch has levels of all sizes",
  ),
};

/** The options, checked. */
export type LevelOptions = z.output<z.ZodObject<typeof levelOptions>>;

/** Noise levels at uniform numbers in 0 to 1, of their shape. */
export function levelsAt(u: tf.Tensor, options: LevelOptions, schedule: Pick<Schedule, "rates">): Rates {
  switch (options.levels) {
    case "uniform-time":
      return schedule.rates(u);
    case "uniform-noise-power":
      return { signal: tf.sqrt(tf.sub(1, u)), noise: tf.sqrt(u) };
    case "log-normal":
    case "logit-normal": {
      // ln σ is the logit of the flow's time: Karras et al. 2022, arXiv:2206.00364, table 1; Esser et al. 2024,
      // arXiv:2403.03206, eq. 19.
      const [mean, std] = options.levels === "log-normal" ? [-1.2, 1.2] : [0, 1];
      const inside = tf.add(tf.mul(u, 1 - 2e-7), 1e-7);
      const logSigma = tf.add(tf.mul(normalAt(inside), options.level_std ?? std), options.level_mean ?? mean);
      return ratesOf(tf.mul(logSigma, -2));
    }
    case "mode": {
      // Esser et al. 2024, eq. 20: t = 1 - u - s (cos²(π u / 2) - 1 + u).
      const turn = tf.sub(tf.square(tf.cos(tf.mul(u, Math.PI / 2))), tf.sub(1, u));
      const time = tf.sub(tf.sub(1, u), tf.mul(options.mode_scale, turn));
      const rest = tf.sub(1, time);
      const length = tf.sqrt(tf.add(tf.square(time), tf.square(rest)));
      return { signal: tf.div(rest, length), noise: tf.div(time, length) };
    }
  }
}

/** Noise levels of a batch, `[batch, 1, 1, 1]`. */
export function drawLevels(
  random: Random,
  batch: number,
  options: LevelOptions,
  schedule: Pick<Schedule, "rates">,
): Rates {
  const u = random.uniform([1, 1, 1]);
  if (!options.stratified) return levelsAt(u, options, schedule);
  const place = tf.reshape(tf.range(0, batch, 1, "float32"), [batch, 1, 1, 1]);
  return levelsAt(tf.div(tf.add(place, u), batch), options, schedule);
}
