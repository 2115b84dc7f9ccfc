/** The grid of a sampler: the noise levels that its steps go through, by the option `spacing`. Host, float64. */
import { sigmaOf } from "../kinds/diffusion.ts";
import { refuse, refuseUnused } from "../kinds/refuse.ts";
import { aligned, beta, type Curve, exponential, flow, karras, polyexponential, shiftForTokens } from "./curves.ts";
import { type Spacing, uses } from "./options.ts";
import { type Point, pointOf } from "./points.ts";
import { namesTimesteps, tableAt } from "./tables.ts";
import { type GridSchedule, pointsOfTimesteps, publicFlow, timestepsOf } from "./timesteps.ts";
import { finiteEnds, listed, withinSchedule } from "./within.ts";

/**
 * The grid: `steps + 1` points with falling noise.
 *
 * Where the last step goes to the image itself, `steps` levels lie between the ends, both among them; otherwise
 * `steps + 1` do. This is how k-diffusion, EDM and diffusers count.
 *
 * @throws {Refusal} where options do not fit each other, or the grid leaves what the schedule trains
 */
export function noiseGrid(schedule: GridSchedule, steps: number, options: Spacing): Point[] {
  refuseUnused(options, "spacing", uses);
  const { spacing, last = spacing === "times" || spacing === "log-snr" ? "end" : "zero" } = options;
  if (spacing === "list") return withinSchedule(schedule, listed(steps, options.sigmas), "sigmas");
  if (spacing === "times") {
    if (last === "end") return pointsAt(schedule, evenTimes(steps));
    return [...pointsAt(schedule, evenTimes(Math.max(steps - 1, 1)).slice(0, steps)), image];
  }
  if (spacing === "linspace" || spacing === "leading" || spacing === "trailing") {
    return atTimesteps(schedule, steps, options, last);
  }
  if (spacing === "align-your-steps" && options.table !== undefined) {
    const table = options.table;
    const numbers = Array.from({ length: steps + (last === "zero" ? 0 : 1) }, (_, i) => tableAt(table, i / steps));
    const points = namesTimesteps(table)
      ? pointsOfTimesteps(schedule, () => numbers, { option: "table" })
      : withinSchedule(schedule, numbers, "table");
    return last === "zero" ? [...points, image] : points;
  }
  if (spacing === "flow" && options.scheduler !== undefined) return asScheduler(schedule, steps, options);
  const from = options.sigma_max ?? sigmaOf(schedule.logSnr(1));
  const to = options.sigma_min ?? sigmaOf(schedule.logSnr(0));
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

/** The timesteps of a scheduler, then the image itself or timestep 0. */
function atTimesteps(schedule: GridSchedule, steps: number, options: Spacing, last: "end" | "zero"): Point[] {
  const { spacing, scheduler } = options;
  const points = pointsOfTimesteps(schedule, (total) => timestepsOf(steps, total, options), {
    option: "spacing",
    scheduler,
  });
  if (last === "zero") return [...points, image];
  if (points.at(-1)!.time === 0) {
    refuse({
      option: "last",
      what: `Spacing ${spacing} reaches the schedule's least noise before its last step, which would lead nowhere`,
      fix: "leave last out, or take scheduler: dpm-solver",
    });
  }
  return [...points, ...pointsAt(schedule, [0])];
}

/** A grid of flow matching as a scheduler of diffusers has it; it starts no higher than the schedule does. */
function asScheduler(schedule: GridSchedule, steps: number, options: Spacing): Point[] {
  const { scheduler, shift, tokens } = options;
  if (scheduler === "ddim") {
    refuse({
      option: "scheduler",
      what: "The scheduler ddim has no times of flow matching",
      fix: "take scheduler: euler, dpm-solver or unipc",
    });
  }
  const taken = (["sigma_max", "sigma_min", "last"] as const).find((option) => options[option] !== undefined);
  if (taken !== undefined) {
    refuse({
      option: taken,
      what:
        `The scheduler ${scheduler} says itself where the grid begins and ends, so ${taken} cannot be given with it`,
      fix: `leave out ${taken} or scheduler`,
    });
  }
  const [first, ...rest] = publicFlow(steps, shiftOf(shift, tokens), scheduler);
  const start = Math.min(first!, sigmaOf(schedule.logSnr(1)));
  return withinSchedule(schedule, [start, ...rest], "scheduler");
}

/** Points at times of a schedule. */
export function pointsAt(schedule: Pick<GridSchedule, "logSnr">, times: readonly number[]): Point[] {
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
      return flow(shiftOf(shift, tokens));
    case "align-your-steps":
      return aligned("stable-diffusion");
    default:
      return exponential; // even in log-SNR
  }
}

function shiftOf(shift: number | undefined, tokens: number | undefined): number {
  if (shift !== undefined && tokens !== undefined) {
    refuse({ option: "tokens", what: "The shift of the flow grid is given twice", fix: "keep shift or tokens" });
  }
  return tokens === undefined ? shift ?? 1 : shiftForTokens(tokens);
}

/** Times of `steps` steps of one size, from 1 to 0. */
const evenTimes = (steps: number) => Array.from({ length: steps + 1 }, (_, step) => 1 - step / steps);
