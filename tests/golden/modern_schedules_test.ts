/** Golden grids and discrete schedules: what samplers step through, and what networks of others were trained on. */
import assert from "node:assert/strict";
import { noiseGrid, type Spacing } from "../../pipeline/grid/mod.ts";
import type { Schedule } from "../../pipeline/kinds/schedule.ts";
import { goldenModern, type GoldenTensor } from "./golden.ts";
import { make, understand, understandTopic } from "./harness.ts";
import { betasOf, signalPowers } from "../../plugins/schedule/shared/betas.ts";
import { Ledger } from "./ledger.ts";

const topic = goldenModern("modern_schedules");

/** A schedule that reaches everything. */
const any = { logSnr: (time: number) => time === 1 ? -Infinity : time === 0 ? Infinity : 0 };
const pointsOf = (of: Pick<Schedule, "logSnr" | "timesteps">, steps: number, options: Record<string, unknown>) =>
  noiseGrid(of, steps, { spacing: "times", ...options } as Spacing);
const sigmasOf = (...given: Parameters<typeof pointsOf>) => pointsOf(...given).map(({ sigma }) => sigma);
/** The timesteps of a grid of ours, without the image itself after them. */
const timestepsOf = (...given: Parameters<typeof pointsOf>) =>
  pointsOf(...given).flatMap(({ time }) => time === undefined ? [] : [time * (given[0].timesteps! - 1)]);
/** The time of flow matching. */
const timeOf = (sigma: number) => sigma === Infinity ? 1 : sigma / (1 + sigma);

/** The schedule of betas that Stable Diffusion was trained on, which grids of diffusers run over. */
const stable = {
  betas: "scaled-linear",
  beta_start: 0.00085,
  beta_end: 0.012,
  timesteps: 1000,
  zero_snr: false,
} as const;

const betaNames = {
  linear: "linear",
  scaled_linear: "scaled-linear",
  squaredcos_cap_v2: "squared-cosine",
  sigmoid: "sigmoid",
  laplace: "laplace",
  exp: "exp",
} as const;

const ofBetas = [
  ...["beta_schedule", "alpha_transform_type", "beta_start", "beta_end", "num_train_timesteps", "max_beta"],
  "rescale_betas_zero_snr",
];

/** What a tensor holds by our code. */
async function valuesOf({ name, settings, shape }: GoldenTensor): Promise<readonly number[]> {
  const n = settings.n as number;
  const known = (...keys: string[]) => understand(settings, keys, name);
  const ends = { sigma_max: settings.sigma_max, sigma_min: settings.sigma_min };
  const [group] = name.split("/") as [string];
  const ofStable = async () => await make("schedule", "discrete", stable) as Schedule;
  switch (group.replace(/-[\d.]+$|-shift\d+$/, "")) {
    case "karras":
    case "exponential":
    case "polyexponential": {
      known("n", "sigma_max", "sigma_min", "rho");
      const [spacing] = group.split("-");
      const rho = settings.rho === undefined ? {} : { rho: settings.rho };
      return sigmasOf(any, n, { spacing, ...ends, ...rho });
    }
    case "vp": {
      known("n", "beta_d", "beta_min", "eps_s");
      const { beta_d, beta_min, eps_s } = settings;
      return sigmasOf(await make("schedule", "vp", { beta_d, beta_min, start: eps_s }), n, { last: "zero" });
    }
    case "edm": {
      const steps = shape[0]! - 1;
      if (name === "edm/ve") {
        known("n", "sigma_max", "sigma_min");
        return sigmasOf(any, steps, { spacing: "exponential", last: "end", ...ends });
      }
      known("n", "beta_d", "beta_min", "epsilon_s");
      const { beta_d, beta_min, epsilon_s } = settings;
      return sigmasOf(await make("schedule", "vp", { beta_d, beta_min, start: epsilon_s }), steps, {});
    }
    case "betas": {
      known(...ofBetas);
      return betasFor(name, settings);
    }
    case "diffusers-karras":
      return sigmasOf(await ofStable(), n, { spacing: "karras" });
    case "diffusers-exponential":
    case "diffusers-lu":
      return sigmasOf(await ofStable(), n, { spacing: "exponential" });
    case "diffusers-beta":
      return sigmasOf(await ofStable(), n, { spacing: "beta" });
    case "flow-uniform":
      known("n", "shift");
      return sigmasOf(any, n, { spacing: "flow", shift: settings.shift }).map(timeOf);
    case "flow-dynamic":
      known("n", "tokens", "mu", "base_shift", "max_shift");
      return sigmasOf(any, n, { spacing: "flow", tokens: settings.tokens }).map(timeOf);
    case "ays": {
      const table = {
        ...{ "ays/StableDiffusionSigmas": "stable-diffusion", "ays/StableDiffusionXLSigmas": "stable-diffusion-xl" },
        "ays/StableDiffusionVideoSigmas": "stable-video-diffusion",
      }[name];
      if (table !== undefined) return sigmasOf(any, 10, { spacing: "align-your-steps", table });
      const ofTimesteps = {
        "ays/StableDiffusionTimesteps": "stable-diffusion-timesteps",
        "ays/StableDiffusionXLTimesteps": "stable-diffusion-xl-timesteps",
      }[name];
      return timestepsOf(await ofStable(), 10, { spacing: "align-your-steps", table: ofTimesteps });
    }
    case "cosine-shifted":
    case "cosine-interpolated": {
      known("image_d", "noise_d_low", "noise_d_high", "sigma_data", "min_value", "max_value");
      const [least, most, data] = ["min_value", "max_value", "sigma_data"].map((key) => Number(settings[key])) as [
        ...[number, number, number],
      ];
      const schedule = await make("schedule", "cosine-shifted", {
        start_log_snr: -2 * Math.log(least / data),
        end_log_snr: -2 * Math.log(most / data),
        // There, the first value is that of the largest sigma, and the "low" size belongs to it.
        ...{ image_size: settings.image_d, noise_size: settings.noise_d_high, noise_size_end: settings.noise_d_low },
      });
      return Array.from(
        { length: shape[0]! },
        (_, i) => Math.exp(-schedule.logSnr(1 - i / (shape[0]! - 1)) / 2) * data,
      );
    }
    case "flow-euler":
    case "flow-dpmsolver":
    case "flow-unipc": {
      known("n", "shift", "num_train_timesteps");
      assert.equal(settings.num_train_timesteps, 1000);
      const scheduler = { euler: "euler", dpmsolver: "dpm-solver", unipc: "unipc" }[group.split("-")[1]!];
      return sigmasOf(any, n, { spacing: "flow", shift: settings.shift, scheduler }).map(timeOf);
    }
    case "spacing": {
      known("n", "spacing", "steps_offset", "num_train_timesteps", "scheduler", "beta_schedule");
      const { spacing, steps_offset } = settings;
      const scheduler = {
        DDIMScheduler: "ddim",
        DPMSolverMultistepScheduler: "dpm-solver",
        EulerDiscreteScheduler: "euler",
      }[String(settings.scheduler)];
      assert.ok(scheduler !== undefined, name);
      assert.equal(settings.num_train_timesteps, stable.timesteps);
      const options = { spacing, scheduler, ...(spacing === "leading" ? { steps_offset } : {}) };
      return name.endsWith("/timesteps")
        ? timestepsOf(await ofStable(), n, options)
        : sigmasOf(await ofStable(), n, options);
    }
    default:
      throw new Error(`Cannot tell what "${name}" is`);
  }
}

function betasFor(name: string, settings: GoldenTensor["settings"]): number[] {
  const own = String(settings.beta_schedule ?? settings.alpha_transform_type) as keyof typeof betaNames;
  const betas = betasOf({
    betas: betaNames[own],
    beta_start: Number(settings.beta_start ?? 0.0001),
    beta_end: Number(settings.beta_end ?? 0.02),
    timesteps: Number(settings.num_train_timesteps),
    zero_snr: settings.rescale_betas_zero_snr === true,
  });
  return name.endsWith("/betas") ? betas : signalPowers(betas);
}

if (topic !== undefined) {
  const ledger = new Ledger(topic);
  understandTopic(topic, ["sigma", "float64", "zero"]);
  Deno.test("golden modern schedules on the host", async () => {
    for (const entry of topic.tensors) {
      const values = await valuesOf(entry);
      const group = entry.name.split("/")[0]!.replace(/-[\d.]+$|-shift\d+$/, "");
      const zeroSnr = entry.name.includes("zero-snr");
      // Near the end of zero terminal SNR all is a difference of small numbers; 0 itself has no relative error.
      const tolerance = zeroSnr
        ? { absolute: 1e-9 }
        : { max: 1e-12, relative: group === "diffusers-beta" ? 1e-8 : 1e-11 };
      ledger.compare(group, entry.name, values, tolerance);
    }
  });
  Deno.test("golden modern schedules: every tensor is settled", () => ledger.close());
}
