/** Schedule `linear`: the noise power grows evenly with time. */
import { plugin, powersOf, tf } from "denoise/plugin";
import { endOptions, endsFall } from "./shared/ends.ts";

export default plugin({
  kind: "schedule",
  name: "linear",
  summary: "Noise power that grows evenly with time, between two log-SNRs",
  prefer: "To follow the recipes of clear-diffusion-keras; cosine is the one to begin with",
  source: "Béres 2022, clear-diffusion-keras, LinearSchedule",
  options: endOptions.superRefine(endsFall),
  create({ options: { start_log_snr, end_log_snr } }) {
    const start = powersOf(start_log_snr), end = powersOf(end_log_snr);
    const between = (a: number, b: number, time: number) => a * (1 - time) + b * time;
    const rate = (a: number, b: number, time: tf.Tensor) =>
      tf.sqrt(tf.add(tf.mul(tf.sub(1, time), a), tf.mul(time, b)));
    return {
      logSnr: (time) => Math.log(between(start.signal, end.signal, time) / between(start.noise, end.noise, time)),
      rates: (time) => ({ signal: rate(start.signal, end.signal, time), noise: rate(start.noise, end.noise, time) }),
    };
  },
});
