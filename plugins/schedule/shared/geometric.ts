/** Schedules along which the power of one component changes geometrically. */
import { type Schedule, tf } from "denoise/plugin";

/**
 * How the logarithm of the power goes from its start to its end: weights of both at a time `t`, with `rest = 1 - t`.
 * They are products, so that near either end the smaller one keeps its digits.
 */
const paces = {
  /** By `t`: the ratio of one step's power to the next one's is constant. */
  even: {
    host: (t: number, rest: number) => [rest, t],
    device: (t: tf.Tensor, rest: tf.Tensor) => [rest, t],
  },
  /** By `t²`: the ratio is 1 at time 0, and its logarithm grows in proportion to time. */
  quickening: {
    host: (t: number, rest: number) => [rest * (1 + t), t * t],
    device: (t: tf.Tensor, rest: tf.Tensor) => [tf.mul(rest, tf.add(1, t)), tf.square(t)],
  },
  /** By `1 - (1 - t)²`: the ratio comes to 1 at time 1, and its logarithm shrinks in proportion to the time left. */
  slackening: {
    host: (t: number, rest: number) => [rest * rest, t * (1 + rest)],
    device: (t: tf.Tensor, rest: tf.Tensor) => [tf.square(rest), tf.mul(t, tf.add(1, rest))],
  },
} as const;

/**
 * The schedule between two log-SNRs along which the logarithm of one component's power moves at a pace.
 *
 * The other component's power is `-expm1(logarithm)`, with the logarithm a sum of two negative terms: both powers are
 * right to the last digits, also where one is tiny.
 */
export function geometric(
  component: "signal" | "noise",
  pace: keyof typeof paces,
  { start_log_snr, end_log_snr }: { start_log_snr: number; end_log_snr: number },
): Schedule {
  // ln(1 / (1 + x)) as -log1p(x): the logarithm of a power close to 1 keeps its digits.
  const logPower = (logSnr: number) => -Math.log1p(Math.exp(component === "signal" ? -logSnr : logSnr));
  const from = logPower(start_log_snr), to = logPower(end_log_snr);
  const { host, device } = paces[pace];
  return {
    logSnr(time) {
      const [before, after] = host(time, 1 - time) as [number, number];
      const log = before * from + after * to;
      const ratio = log - Math.log(-Math.expm1(log));
      return component === "signal" ? ratio : -ratio;
    },
    rates(time) {
      const [before, after] = device(time, tf.sub(1, time)) as [tf.Tensor, tf.Tensor];
      const log = tf.add(tf.mul(before, from), tf.mul(after, to));
      const own = tf.exp(tf.div(log, 2));
      const other = tf.sqrt(tf.neg(tf.expm1(log)));
      return component === "signal" ? { signal: own, noise: other } : { signal: other, noise: own };
    },
  };
}
