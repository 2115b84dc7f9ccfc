/** Schedule `vp`: betas that grow evenly with time, in the limit of small timesteps. */
import { plugin, tf, z } from "denoise/plugin";

export default plugin({
  kind: "schedule",
  name: "vp",
  summary: "The variance preserving SDE: noise that is added at a rate which grows evenly with time",
  prefer: "To follow recipes and numbers of score-based SDEs; discrete is for those with timesteps",
  source: "Song et al. 2021, arXiv:2011.13456, eq. 32; as sigmas in Karras et al. 2022, arXiv:2206.00364, table 1",
  options: z.object({
    beta_d: z.number().positive().default(19.9).describe("how much the rate grows over all times"),
    beta_min: z.number().positive().default(0.1).describe("rate at time 0"),
    start: z.number().gt(0).lt(1).default(0.001).describe("epsilon_s: the SDE's time at which time 0 here is"),
  }),
  create({ options: { beta_d, beta_min, start } }) {
    // ln(1 / signal power) after the SDE's time t: beta_d t² / 2 + beta_min t.
    const lost = (time: number) => {
      const t = start + (1 - start) * time;
      return beta_d * t ** 2 / 2 + beta_min * t;
    };
    return {
      logSnr: (time) => -Math.log(Math.expm1(lost(time))),
      rates(time) {
        const t = tf.add(start, tf.mul(1 - start, time));
        const lost = tf.add(tf.mul(beta_d / 2, tf.square(t)), tf.mul(beta_min, t));
        return { signal: tf.exp(tf.mul(-0.5, lost)), noise: tf.sqrt(tf.neg(tf.expm1(tf.neg(lost)))) };
      },
    };
  },
});
