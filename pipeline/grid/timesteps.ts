/** The grids of public schedulers, which count timesteps of a discrete schedule. Host, float64. */
import { refuse } from "../kinds/refuse.ts";
import type { Schedule } from "../kinds/schedule.ts";
import type { SchedulerName, Spacing } from "./options.ts";
import { type Point, pointOf, pointOfSigma } from "./points.ts";

/** What a grid needs of a schedule. */
export type GridSchedule = Pick<Schedule, "logSnr"> & Partial<Pick<Schedule, "timesteps">>;

/** Which levels of a discrete schedule. */
type Timesteps = Pick<Spacing, "spacing" | "scheduler" | "steps_offset">;

/**
 * Timesteps of a schedule with `total` of them, from the noise to the image. diffusers 0.42, `timestep_spacing`; Lin et
 * al. 2023, arXiv:2305.08891, table 2.
 *
 * DDIM's and Euler's linspace reaches timestep 0, those of DPM-Solver and UniPC keep one step for the way from it to
 * the image. Euler's is not rounded.
 *
 * @throws {Refusal} where there are not so many timesteps
 */
export function timestepsOf(steps: number, total: number, options: Timesteps): number[] {
  const { spacing, scheduler = "ddim", steps_offset = 0 } = options;
  const solver = scheduler === "dpm-solver" || scheduler === "unipc";
  const falling = Array.from({ length: steps }, (_, i) => i);
  const timesteps = (() => {
    switch (spacing) {
      case "linspace": {
        const parts = Math.max(solver ? steps : steps - 1, 1);
        const first = steps === 1 && !solver ? 0 : total - 1; // numpy's linspace of one number is its start
        const even = falling.map((i) => first - i * (total - 1) / parts);
        return scheduler === "euler" ? even : even.map(halfToEven);
      }
      case "leading": {
        const stride = Math.floor(total / (solver ? steps + 1 : steps));
        return falling.map((i) => (steps - (solver ? 0 : 1) - i) * stride + steps_offset);
      }
      default: // trailing
        return falling.map((i) => halfToEven(total - i * (total / steps)) - 1);
    }
  })();
  const wrong = timesteps.findIndex((timestep, i) =>
    timestep < 0 || timestep >= total || (i > 0 && timestep >= timesteps[i - 1]!)
  );
  if (wrong >= 0) {
    refuse({
      option: "steps",
      what: timesteps[0]! >= total
        ? `Timestep ${timesteps[0]} does not exist: spacing ${spacing} adds steps_offset, and there are ${total}`
        : `Spacing ${spacing} has no ${steps} different timesteps of ${total}`,
      fix: steps_offset > 1 ? "take a smaller steps_offset, such as 1, or fewer steps" : "take fewer steps",
    });
  }
  return timesteps;
}

/**
 * Points of timesteps. Between two of them the log-SNR is interpolated, as the schedule does; Euler's scheduler
 * interpolates sigma.
 *
 * @throws {Refusal} where the schedule has no timesteps
 */
export function pointsOfTimesteps(
  schedule: GridSchedule,
  timesteps: (total: number) => readonly number[],
  { option, scheduler }: { option: "spacing" | "table"; scheduler?: SchedulerName | undefined },
): Point[] {
  const total = schedule.timesteps;
  if (total === undefined) {
    refuse({
      option,
      what: "The grid counts timesteps, and the schedule has none: its time is continuous",
      fix: "use schedule: discrete, or spacing: times for even times",
    });
  }
  const at = (timestep: number) => pointOf(schedule.logSnr(timestep / (total - 1)));
  return timesteps(total).map((timestep) => {
    const time = timestep / (total - 1), below = Math.floor(timestep), part = timestep - below;
    if (scheduler !== "euler" || part === 0) return { ...at(timestep), time };
    return { ...pointOfSigma(at(below).sigma * (1 - part) + at(below + 1).sigma * part), time };
  });
}

/**
 * Sigmas of flow matching as schedulers of diffusers have them, the image at the end. They differ from `flow` at the
 * ends: FlowMatchEuler shifts the last time twice, DPM-Solver starts at u = 0.999, UniPC at t = 1 - 1e-6.
 */
export function publicFlow(steps: number, shift: number, scheduler: SchedulerName | undefined): number[] {
  const shifted = (u: number) => shift * u / (1 + (shift - 1) * u);
  const least = 1 / 1000;
  const [from, to, parts] = scheduler === "euler"
    ? [1, shifted(least), Math.max(steps - 1, 1)]
    : scheduler === "dpm-solver"
    ? [1 - least, 0, steps]
    : [1, least, steps];
  const times = Array.from({ length: steps }, (_, i) => shifted(from + (to - from) * i / parts));
  if (scheduler === "unipc") times[0] = 1 - 1e-6;
  return [...times.map((time) => time / (1 - time)), 0];
}

/** Rounds as numpy does: what lies between two whole numbers, to the even one. */
function halfToEven(value: number): number {
  const whole = Math.round(value);
  return Math.abs(value % 1) === 0.5 && whole % 2 !== 0 ? whole - 1 : whole;
}
