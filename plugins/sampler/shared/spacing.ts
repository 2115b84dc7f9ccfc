/** The option `spacing`: which noise levels a sampler steps through. Every sampler takes it. */
import { refuse, z } from "denoise/plugin";
import { evenTimes, type LogSnr } from "./rates.ts";
import { aligned, beta, type Curve, exponential, flow, karras, polyexponential, shiftForTokens } from "./curves.ts";
import { tableAt, tables } from "./curves.ts";
import { type Point, pointOf } from "./points.ts";

/** Options of the grid. Those besides `spacing` belong to one or more of its values. */
export const spacingOptions = {
  spacing: z.enum([
    ...["times", "log-snr", "karras", "exponential", "polyexponential", "beta", "flow", "align-your-steps"] as const,
    "list",
  ]).default("times").describe(
    "noise levels of the steps: even times of the schedule, even log-SNRs, or a grid by its name in papers; " +
      "between the ends of the schedule unless told otherwise",
  ),
  sigma_max: z.number().positive().optional().describe(
    "first noise rate / signal rate; default: the schedule's at time 1; not for times or list",
  ),
  sigma_min: z.number().positive().optional().describe(
    "last noise rate / signal rate before the image itself; default: the schedule's at time 0; not for times or list",
  ),
  rho: z.number().positive().optional().describe("karras: 7 unless given; polyexponential: 1 unless given"),
  shift: z.number().positive().optional().describe(
    "flow: how far times are moved towards the noise; 1 unless given, 3 in Stable Diffusion 3",
  ),
  tokens: z.int().positive().optional().describe("flow: takes the shift for pictures of so many tokens, as FLUX does"),
  table: z.enum(Object.keys(tables) as [keyof typeof tables]).optional().describe(
    "align-your-steps: the published sigmas as they are; without it, the shape of Stable Diffusion's between the ends",
  ),
  sigmas: z.array(z.number().min(0)).min(2).optional().describe(
    "list: noise rates / signal rates that fall, one more than there are steps; the last may be 0",
  ),
  last: z.enum(["end", "zero"]).optional().describe(
    "where the last step goes: the least noise of the grid, or the image itself, from there; " +
      "default: end for times and log-snr, zero for the others",
  ),
};

/** Options of `spacingOptions`, checked. */
export type Spacing = z.output<z.ZodObject<typeof spacingOptions>>;

/** Which options belong to which grids. */
const uses: Readonly<Record<Exclude<keyof Spacing, "spacing">, readonly Spacing["spacing"][]>> = {
  sigma_max: ["log-snr", "karras", "exponential", "polyexponential", "beta", "flow", "align-your-steps"],
  sigma_min: ["log-snr", "karras", "exponential", "polyexponential", "beta", "flow", "align-your-steps"],
  rho: ["karras", "polyexponential"],
  shift: ["flow"],
  tokens: ["flow"],
  table: ["align-your-steps"],
  sigmas: ["list"],
  last: ["times", "log-snr", "karras", "exponential", "polyexponential", "beta", "flow", "align-your-steps"],
};

/**
 * The grid: `steps + 1` points with falling noise.
 *
 * Where the last step goes to the image itself, `steps` levels lie between the ends, both among them; otherwise
 * `steps + 1` do. This is how k-diffusion, EDM and diffusers count.
 *
 * @throws {Refusal} where options do not fit each other, or the grid leaves what the schedule trains
 */
export function grid(schedule: LogSnr, steps: number, options: Spacing): Point[] {
  for (const [option, grids] of Object.entries(uses) as [keyof typeof uses, readonly Spacing["spacing"][]][]) {
    if (options[option] === undefined || grids.includes(options.spacing)) continue;
    refuse({
      option,
      what: `Option ${option} says nothing of spacing ${options.spacing}`,
      fix: `leave it out, or take spacing: ${grids.join(", ")}`,
    });
  }
  const { spacing, last = spacing === "times" || spacing === "log-snr" ? "end" : "zero" } = options;
  if (spacing === "list") return withinSchedule(schedule, listed(steps, options.sigmas), "sigmas");
  if (spacing === "times") {
    if (last === "end") return pointsAt(schedule, evenTimes(steps));
    return [...pointsAt(schedule, evenTimes(Math.max(steps - 1, 1)).slice(0, steps)), image];
  }
  if (spacing === "align-your-steps" && options.table !== undefined) {
    const table = options.table;
    const sigmas = Array.from({ length: steps }, (_, i) => tableAt(table, i / steps));
    return withinSchedule(schedule, [...sigmas, last === "zero" ? 0 : tableAt(table, 1)], "table");
  }
  const from = options.sigma_max ?? pointOf(schedule.logSnr(1)).sigma;
  const to = options.sigma_min ?? pointOf(schedule.logSnr(0)).sigma;
  for (const option of ["sigma_max", "sigma_min"] as const) {
    if (options[option] !== undefined) withinSchedule(schedule, [options[option]], option);
  }
  const curve = curveOf(options);
  finiteEnds(spacing, from, to, last);
  // The grid of flow matching reaches the image by itself, where the schedule does.
  const appended = last === "zero" && to > 0;
  const levels = appended ? steps : steps + 1;
  const sigmas = Array.from({ length: levels }, (_, i) => curve({ from, to }, i / Math.max(levels - 1, 1)));
  const all = appended ? [...sigmas, 0] : sigmas;
  return withinSchedule(schedule, all, "spacing");
}

/** Points at times of a schedule. */
export function pointsAt(schedule: LogSnr, times: readonly number[]): Point[] {
  return times.map((time) => ({ ...pointOf(schedule.logSnr(time)), time }));
}

/** The image itself. */
const image = pointOf(Infinity);

function curveOf({ spacing, rho, shift, tokens }: Spacing): Curve {
  switch (spacing) {
    case "karras":
      return karras(rho ?? 7);
    case "polyexponential":
      return polyexponential(rho ?? 1);
    case "beta":
      return beta(0.6, 0.6);
    case "flow":
      if (shift !== undefined && tokens !== undefined) {
        refuse({ option: "tokens", what: "The shift of the flow grid is given twice", fix: "keep shift or tokens" });
      }
      return flow(tokens === undefined ? shift ?? 1 : shiftForTokens(tokens));
    case "align-your-steps":
      return aligned("stable-diffusion");
    default:
      return exponential; // even in log-SNR
  }
}

/** An explicit list. */
function listed(steps: number, sigmas: readonly number[] | undefined): readonly number[] {
  if (sigmas === undefined) {
    refuse({ option: "spacing", what: "Spacing list has no list", fix: "add sigmas: [80, 10, 1, 0]" });
  }
  const wrong = sigmas.findIndex((sigma, i) => i > 0 && sigma > sigmas[i - 1]!);
  if (wrong > 0) {
    refuse({
      option: "sigmas",
      what: `Sigma ${sigmas[wrong]} at place ${wrong + 1} is above the one before it, ${sigmas[wrong - 1]}`,
      fix: "list them from much noise to little",
    });
  }
  const zero = sigmas.indexOf(0);
  if (zero >= 0 && zero < sigmas.length - 1) {
    refuse({
      option: "sigmas",
      what: `Sigma 0 at place ${zero + 1} is not the last`,
      fix: "end the list with the first 0: there is no noise left to remove after it",
    });
  }
  if (sigmas.length !== steps + 1) {
    refuse({
      option: "steps",
      what: `A list of ${sigmas.length} sigmas makes ${sigmas.length - 1} steps, not ${steps}`,
      fix: `write steps: ${sigmas.length - 1}`,
    });
  }
  return sigmas;
}

/** Refuses ends without bounds where a grid measures in them. */
function finiteEnds(spacing: Spacing["spacing"], from: number, to: number, last: "end" | "zero"): void {
  if (from <= to) {
    refuse({
      option: "sigma_max",
      what: `The grid starts at sigma ${short(from)}, which is not above its end ${short(to)}`,
      fix: "raise sigma_max, or lower sigma_min",
    });
  }
  if (spacing === "flow") return; // times of flow matching reach both ends
  if (from === Infinity) {
    refuse({
      option: "spacing",
      what: `Spacing ${spacing} measures in noise rate / signal rate, which the schedule lets grow without bounds`,
      fix: "set sigma_max, such as sigma_max: 80",
    });
  }
  if (to === 0) {
    refuse({
      option: "spacing",
      what: `Spacing ${spacing} measures in noise rate / signal rate, and the schedule ends at 0${
        last === "zero" ? "" : ", whose logarithm has no bounds"
      }`,
      fix: "set sigma_min, such as sigma_min: 0.002",
    });
  }
}

/** Points of sigmas. Levels that the schedule does not reach are refused: nothing was trained there. */
function withinSchedule(schedule: LogSnr, sigmas: readonly number[], option: keyof Spacing): Point[] {
  const [most, least] = [schedule.logSnr(1), schedule.logSnr(0)].map((logSnr) => pointOf(logSnr).sigma) as Range;
  const slack = 1 + 1e-9;
  const outside = sigmas.find((sigma) => sigma > most * slack || (sigma < least / slack && sigma !== 0));
  if (outside !== undefined) {
    const high = outside > most;
    refuse({
      option,
      what: `Sigma ${short(outside)} lies ${high ? "above" : "below"} what the schedule reaches, ${short(least)} to ${
        short(most)
      }: the network was not trained there`,
      fix: option === "table"
        ? "leave table out: its shape is then laid between the ends of the schedule"
        : `keep sigmas within ${short(least)} to ${short(most)}, or 0 at the end`,
    });
  }
  return sigmas.map((sigma) => sigma === 0 ? image : pointOf(-2 * Math.log(sigma)));
}
type Range = [most: number, least: number];

const short = (sigma: number) => String(Number(sigma.toPrecision(4)));
