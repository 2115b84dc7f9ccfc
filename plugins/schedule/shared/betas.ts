/** Discrete schedules, by the share of noise that each timestep adds. Host, float64. */

/** How betas grow: the names of diffusers. */
export const betaNames = ["linear", "scaled-linear", "squared-cosine", "sigmoid", "laplace", "exp"] as const;

/** What betas are made of. */
export interface Betas {
  readonly betas: typeof betaNames[number];
  /** Of the first and the last timestep; the others have ends of their own. */
  readonly beta_start: number;
  readonly beta_end: number;
  readonly timesteps: number;
  /** Shifts and scales the signal rates so that the last is 0. Lin et al. 2023, arXiv:2305.08891, algorithm 1. */
  readonly zero_snr: boolean;
}

/** The betas of all timesteps, 0 to 1. */
export function betasOf({ betas: name, beta_start, beta_end, timesteps, zero_snr }: Betas): number[] {
  const even = (from: number, to: number) =>
    Array.from({ length: timesteps }, (_, i) => from + (to - from) * i / Math.max(timesteps - 1, 1));
  const betas = (() => {
    switch (name) {
      case "linear": // Ho et al. 2020, arXiv:2006.11239, section 4
        return even(beta_start, beta_end);
      case "scaled-linear": // Rombach et al. 2021, arXiv:2112.10752
        return even(Math.sqrt(beta_start), Math.sqrt(beta_end)).map((root) => root ** 2);
      case "sigmoid": // Xu et al. 2022, arXiv:2203.02923
        return even(-6, 6).map((x) => beta_start + (beta_end - beta_start) / (1 + Math.exp(-x)));
      case "squared-cosine": // Nichol and Dhariwal 2021, arXiv:2102.09672, eq. 17
        return ofPowers(timesteps, (t) => Math.cos((t + 0.008) / 1.008 * Math.PI / 2) ** 2);
      case "laplace": // Hang et al. 2024, arXiv:2407.03297
        return ofPowers(timesteps, (t) => {
          const logSnr = -0.5 * (t > 0.5 ? -1 : 1) * Math.log(1 - 2 * Math.abs(0.5 - t) + 1e-6);
          return Math.sqrt(1 / (1 + Math.exp(-logSnr)));
        });
      case "exp":
        return ofPowers(timesteps, (t) => Math.exp(-12 * t));
    }
  })();
  return zero_snr ? toZero(betas) : betas;
}

/** Signal powers of all timesteps: products of `1 - beta`. */
export function signalPowers(betas: readonly number[]): number[] {
  let power = 1;
  return betas.map((beta) => power *= 1 - beta);
}

function ofPowers(timesteps: number, power: (time: number) => number): number[] {
  return Array.from(
    { length: timesteps },
    (_, i) => Math.min(1 - power((i + 1) / timesteps) / power(i / timesteps), 0.999),
  );
}

function toZero(betas: readonly number[]): number[] {
  const rates = signalPowers(betas).map(Math.sqrt), first = rates[0]!, last = rates.at(-1)!;
  const powers = rates.map((rate) => ((rate - last) * (first / (first - last))) ** 2);
  return powers.map((power, i) => 1 - (i === 0 ? power : power / powers[i - 1]!));
}
