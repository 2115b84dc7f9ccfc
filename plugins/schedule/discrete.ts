/** Schedule `discrete`: the timesteps of DDPM and its kin, with levels between them. */
import { plugin, ratesOf, refuseUnused, tf, z } from "denoise/plugin";
import { betaNames, betasOf, signalPowers } from "./shared/betas.ts";

/** The least signal power: what public solvers put in place of 0 at the last timestep of zero terminal SNR. */
const least = 2 ** -24;

const ends = {
  beta_start: z.number().gt(0).lt(1).default(0.0001).describe(
    "of the first timestep, where betas are between two ends",
  ),
  beta_end: z.number().gt(0).lt(1).default(0.02).describe("of the last timestep, where betas are between two ends"),
};
const betweenEnds = ["linear", "scaled-linear", "sigmoid"] as const;

export default plugin({
  kind: "schedule",
  name: "discrete",
  summary: "The betas of DDPM, Stable Diffusion and others, with log-SNRs interpolated between their timesteps",
  prefer: "For models and numbers of others who count timesteps; spacing: linspace, leading and trailing need it",
  source: "Ho et al. 2020, arXiv:2006.11239; zero terminal SNR: Lin et al. 2023, arXiv:2305.08891; names of diffusers",
  options: z.object({
    betas: z.enum(betaNames).default("linear").describe("how the noise that a timestep adds grows"),
    ...ends,
    timesteps: z.int().min(2).max(100_000).default(1000).describe("timesteps between the image and the noise"),
    zero_snr: z.boolean().default(false).describe("moves the signal rates so that nothing is left of it at the end"),
  }),
  create({ options }) {
    refuseUnused(options, "betas", { beta_start: betweenEnds, beta_end: betweenEnds }, ends);
    const powers = signalPowers(betasOf(options)).map((power) => Math.max(power, least));
    const logSnrs = powers.map((power) => Math.log(power) - Math.log1p(-power));
    const last = logSnrs.length - 1;
    return {
      timesteps: options.timesteps,
      logSnr(time) {
        const place = time * last, below = Math.min(Math.floor(place), last - 1), part = place - below;
        return logSnrs[below]! * (1 - part) + logSnrs[below + 1]! * part;
      },
      rates(time) {
        const place = tf.mul(time, last);
        const below = tf.minimum(tf.floor(place), last - 1);
        const at = (index: tf.Tensor) => tf.gather(tf.tensor1d(logSnrs), tf.cast(index, "int32"));
        const part = tf.sub(place, below);
        const [low, high] = [at(below), at(tf.add(below, 1))];
        return ratesOf(tf.add(low, tf.mul(part, tf.sub(high, low))));
      },
    };
  },
});
