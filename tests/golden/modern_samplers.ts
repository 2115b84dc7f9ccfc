/** What golden trajectories of modern samplers say in our words: plugins, options, grids. */
import { type Move, pndmSampler, repeatedRows, rungeKuttaRows } from "../../plugins/sampler/shared/pndm.ts";
import { bashforthRows } from "../../plugins/sampler/shared/pndm.ts";
import { type Point, pointOf } from "../../pipeline/grid/points.ts";
import type { Sampler } from "../../pipeline/kinds/sampler.ts";
import { understand } from "./harness.ts";

type Settings = Readonly<Record<string, unknown>>;

/** A grid of the fixtures. */
export interface Plan {
  readonly convention: "ve" | "vp" | "flow";
  readonly alpha: readonly number[];
  readonly sigma: readonly number[];
  readonly log_snr: readonly (number | null)[];
  readonly timesteps?: readonly number[];
}

/** Log-SNRs of a plan; JSON knows no infinity. */
export function levelsOf({ alpha, log_snr }: Plan): number[] {
  return log_snr.map((value, i) => value ?? (alpha[i] === 0 ? -Infinity : Infinity));
}

/** A schedule that reaches everything. */
const anySchedule = {
  logSnr: (time: number) => time === 1 ? -Infinity : time === 0 ? Infinity : 0,
  rates: () => never(),
};

function never(): never {
  throw new Error("Cannot draw times here");
}

/** What a schedule's sampler is asked to step through: these log-SNRs, and no others. */
export async function samplerOver(
  levels: readonly number[],
  { plugin, options }: { plugin: string; options: Settings },
): Promise<Sampler> {
  const { default: found } = await import(`../../plugins/sampler/${plugin}.ts`);
  const steps = levels.length - 1;
  const checked = found.options.strict().parse({ steps, ...options });
  // Past the check of the list, so that it may hold infinities.
  const sigmas = levels.map((logSnr) => Math.exp(-logSnr / 2));
  const all = { clip: false, ...checked, spacing: "list", sigmas };
  return await found.create({ options: all, schedule: anySchedule });
}

/** Options that say how the reference came to its grid: the plan has it already. */
const ofGrids = [
  ...["timestep_spacing", "use_karras_sigmas", "use_exponential_sigmas", "use_beta_sigmas", "use_flow_sigmas"],
  ...["final_sigmas_type", "lambda_min_clipped", "flow_shift", "shift", "clip_sample", "set_alpha_to_one"],
  "prediction_type", // of the network, which here predicts all
];

/** The plugin and options that a case asks for. */
export function pluginOf(sampler: string, given: Settings, name: string): { plugin: string; options: Settings } {
  const own = Object.fromEntries(Object.entries(given).filter(([key]) => !ofGrids.includes(key)));
  const known = (...keys: string[]) => understand(own, keys, name);
  const { solver_order: order, solver_type: type, eta } = own;
  const lowerFinal = own.lower_order_final ?? true;
  if (/^(euler|heun|euler-churn|heun-churn)$/.test(sampler)) {
    known(...["s_churn", "s_tmin", "s_tmax", "s_noise", "S_churn", "S_min", "S_max", "S_noise"]);
    const churn = sampler.endsWith("-churn");
    return {
      plugin: sampler.replace("-churn", ""),
      options: churn
        ? {
          churn: own.s_churn ?? own.S_churn,
          churn_min: own.s_tmin ?? own.S_min,
          churn_max: own.s_tmax ?? own.S_max,
          noise_scale: own.s_noise ?? own.S_noise,
        }
        : {},
    };
  }
  if (sampler === "flow-euler") return { plugin: "euler", options: {} };
  if (sampler === "flow-heun") return { plugin: "heun", options: { path: "flow" } };
  if (sampler === "flow-euler-stochastic") {
    known("stochastic_sampling");
    return { plugin: "consistency", options: {} };
  }
  if (sampler === "dpm2") return { plugin: "dpm-2", options: {} };
  if (/^lms\d$/.test(sampler)) {
    known("order");
    return { plugin: "lms", options: { order: own.order } };
  }
  if (/^euler-ancestral(-part)?$/.test(sampler)) {
    known("eta");
    return { plugin: "euler-ancestral", options: { eta } };
  }
  if (sampler === "dpm2-ancestral") {
    known("eta");
    return { plugin: "dpm-2-ancestral", options: { eta } };
  }
  if (/^dpmpp-2s(-ancestral)?$/.test(sampler)) {
    known("eta");
    return { plugin: "dpmpp-2s", options: { eta } };
  }
  if (sampler === "dpmpp-sde") {
    known("eta");
    return { plugin: "dpmpp-sde", options: { eta } };
  }
  if (sampler.startsWith("dpmpp-3m-corrected")) {
    known();
    return { plugin: "dpmpp", options: { order: 3, type: "heun" } };
  }
  // k-diffusion's, by name: they keep their order to the end.
  if (name.startsWith("k-diffusion/") || sampler === "dpmpp-3m-k" || (sampler === "dpmpp-2m" && order === undefined)) {
    if (/^dpmpp-[23]m(-k)?$|^dpmpp-[23]m-sde(-part|-midpoint|-heun)?$/.test(sampler)) {
      known("eta", "solver_type");
      const order = Number(sampler[6]);
      const options = { order, eta: eta ?? 0, type: order === 3 ? "heun" : type ?? "midpoint", third: "public" };
      return { plugin: "dpmpp", options };
    }
  }
  if (/^(sde-)?dpmpp-/.test(sampler)) {
    known("solver_order", "solver_type", "algorithm_type", "lower_order_final", "euler_at_final");
    const eta = own.algorithm_type === "sde-dpmsolver++" ? 1 : 0;
    const options = { order, type: type ?? "midpoint", third: "public", eta, lower_final: lowerFinal };
    return { plugin: "dpmpp", options };
  }
  if (sampler.startsWith("single-")) {
    known("solver_order", "solver_type", "lower_order_final");
    const options = { method: "singlestep", order, type: type ?? "midpoint", lower_final: lowerFinal };
    return { plugin: "dpmpp", options };
  }
  if (sampler.startsWith("unipc-")) {
    known("solver_order", "solver_type", "lower_order_final");
    return { plugin: "unipc", options: { order, type, lower_final: lowerFinal } };
  }
  if (sampler.startsWith("deis-")) {
    known("solver_order", "lower_order_final");
    return { plugin: "deis", options: { order, lower_final: lowerFinal } };
  }
  if (/^ddpm-(small|large)$/.test(sampler)) {
    known("variance_type");
    return { plugin: "ddpm", options: { variance: String(own.variance_type).replace("fixed_", "") } };
  }
  if (/^ddim/.test(sampler)) {
    known("eta");
    return { plugin: "ddim", options: { stochasticity: eta ?? 0 } };
  }
  if (sampler === "lcm") return { plugin: "consistency", options: {} };
  if (sampler === "ipndm") return { plugin: "ipndm", options: { blind_start: true } };
  throw new Error(`Cannot tell what sampler "${sampler}" of "${name}" is`);
}

/** diffusers' PNDM, whose levels are timesteps of a table, and which steps to others than those that it asks at. */
export function pndmOf(
  { calls, stride, final_alpha_cumprod: final, options }: Settings,
  table: ArrayLike<number>,
): Sampler {
  const at = (timestep: number): Point => {
    const power = timestep < 0 ? final as number : table[timestep]!;
    return pointOf(Math.log(power / (1 - power)));
  };
  const step = stride as number, asked = calls as number[];
  const move = (timestep: number): Move => [at(timestep), at(timestep - step)];
  const skips = (options as { skip_prk_steps: boolean }).skip_prk_steps;
  const rows = skips
    ? repeatedRows(move(asked[0]!), at(asked[1]!)).map((row, i) => {
      // Done again, it starts a stride above where it is asked.
      return i === 0 ? row : { ...row, from: at(asked[1]! + step), to: at(asked[1]!) };
    })
    : [0, 4, 8].flatMap((first) => {
      const [start, middle, again, end] = asked.slice(first, first + 4) as [number, number, number, number];
      const to = [start - step / 2, middle, again - step / 2, end].map(at);
      return rungeKuttaRows([at(start), at(end)], at(middle)).map((row, i) => ({ ...row, to: to[i]! }));
    });
  const [start, known] = skips ? [2, 1] : [12, 3];
  const all = [...rows, ...bashforthRows(asked.slice(start).map(move), known)];
  return { steps: all.length, ...pndmSampler(all) };
}
