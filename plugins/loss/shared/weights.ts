/** How much the error at a noise level counts: weights on the squared error of the noise, and what they are on other errors. */
import { type Rates, tf, z } from "denoise/plugin";

/** What an error can be of: `flow` is noise - image, the velocity on the straight path. */
export type Part = "noise" | "signal" | "velocity" | "flow";

/** Options of the weights. */
export const weightOptions = {
  weights: z.enum([
    "none",
    "edm",
    "min-snr",
    "soft-min-snr",
    "truncated-snr",
    "p2",
    "sigmoid",
    "sigma-sqrt",
    "cosmap",
  ]).default("none").describe(
    "how noise levels count beyond what weighting makes of them. none: as they are drawn. The others are weights of their " +
      "papers on squared errors, whatever component is compared",
  ),
  gamma: z.number().positive().optional().describe(
    "of min-snr and soft-min-snr: the SNR from which on levels count less, default 5; of p2: the exponent, default 1",
  ),
  p2_k: z.number().positive().default(1).describe("of p2: what is added to the SNR"),
  sigmoid_bias: z.number().default(0).describe(
    "of sigmoid: the log-SNR at which a level counts half; about -3 for 512 pixels",
  ),
  per_log_snr: z.boolean().default(false).describe(
    "weights count alike for all log-SNRs, however densely levels are drawn, as the papers of sigmoid have it: errors are " +
      "divided by that density",
  ),
  sigmoid_size: z.int().positive().optional().describe(
    "of sigmoid: side in pixels of the pictures that the bias is meant for; others get one shifted by " +
      "2 ln(sigmoid_size / side). Default: no shift",
  ),
  sigma_data: z.union([z.number().positive(), z.literal("measured")]).default(1).describe(
    "of edm: standard deviation of the normalised pictures, 1 with the normalizer mean-variance; measured: what the " +
      "parametrization edm has measured",
  ),
};

/** The options, checked. */
export type WeightOptions = Omit<z.output<z.ZodObject<typeof weightOptions>>, "sigma_data"> & {
  /** A number, or a scalar that was measured. */
  readonly sigma_data: number | tf.Tensor;
};

/** With which weights options are used. */
export const usesOfWeights = {
  gamma: ["min-snr", "soft-min-snr", "p2"],
  p2_k: ["p2"],
  sigmoid_bias: ["sigmoid"],
  sigmoid_size: ["sigmoid"],
  sigma_data: ["edm"],
} as const;

/** Weights on the squared error of a part at these rates, of their shape; undefined where all count alike. */
export function weightsAt(rates: Rates, part: Part, options: WeightOptions): tf.Tensor | undefined {
  if (options.weights === "none") return undefined;
  const { signal, noise } = rates;
  const [signalPower, noisePower] = [tf.square(signal), tf.square(noise)];
  const snr = tf.div(signalPower, noisePower);
  const onSignal = onSignalError(snr, rates, options);
  switch (part) {
    case "signal":
      return onSignal;
    case "noise":
      return tf.div(onSignal, snr);
    case "velocity": // an error e of the signal is one of e / noise rate
      return tf.mul(onSignal, noisePower);
    case "flow": // and of e / time
      return tf.mul(onSignal, tf.square(tf.div(noise, tf.add(signal, noise))));
  }
}

function onSignalError(
  snr: tf.Tensor,
  { signal, noise }: Rates,
  { weights, gamma, p2_k, sigmoid_bias, sigma_data }: WeightOptions,
): tf.Tensor {
  const sum = tf.add(signal, noise);
  const time = tf.div(noise, sum); // the flow's
  switch (weights) {
    case "none":
      return tf.onesLike(snr);
    case "edm": // Karras et al. 2022, arXiv:2206.00364, table 1
      return tf.add(snr, typeof sigma_data === "number" ? 1 / sigma_data ** 2 : tf.div(1, tf.square(sigma_data)));
    case "min-snr": // Hang et al. 2023, arXiv:2303.09556, section 3.4
      return tf.minimum(snr, gamma ?? 5);
    case "soft-min-snr": // Crowson et al. 2024, arXiv:2401.11605, eq. 17
      return tf.div(tf.mul(snr, gamma ?? 5), tf.add(snr, gamma ?? 5));
    case "truncated-snr": // Salimans and Ho 2022, arXiv:2202.00512, eq. 9
      return tf.maximum(snr, 1);
    case "p2": // Choi et al. 2022, arXiv:2204.00227, eq. 8
      return tf.div(snr, tf.pow(tf.add(snr, p2_k), gamma ?? 1));
    case "sigmoid": // Hoogeboom et al. 2024, arXiv:2410.19324, section 3.1
      return tf.mul(snr, tf.sigmoid(tf.sub(sigmoid_bias, tf.log(snr))));
    case "sigma-sqrt": // time^-2 on the flow's velocity: compute_loss_weighting_for_sd3 of diffusers
      return tf.pow(time, -4);
    case "cosmap": // the density of Esser et al. 2024, arXiv:2403.03206, eq. 21, as diffusers weighs the flow's velocity
      return tf.div(tf.mul(2 / Math.PI, tf.square(sum)), tf.square(time));
  }
}
