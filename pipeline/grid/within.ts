/** Checks of grids: sigmas that fall, within what the schedule trains. Host, float64. */
import { sigmaOf } from "../kinds/diffusion.ts";
import { refuse } from "../kinds/refuse.ts";
import type { Spacing } from "./options.ts";
import { type Point, pointOfSigma } from "./points.ts";
import type { GridSchedule } from "./timesteps.ts";

/** An explicit list of sigmas, checked. */
export function listed(steps: number, sigmas: readonly number[] | undefined): readonly number[] {
  if (sigmas === undefined) {
    refuse({ option: "spacing", what: "Spacing list has no list", fix: "add sigmas: [80, 10, 1, 0]" });
  }
  // Two may be equal: grids of diffusers that end at their least sigma have it twice.
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
      what: `A list of ${sigmas.length} sigmas makes ${counted(sigmas.length - 1)}, not ${steps}`,
      fix: `write steps: ${sigmas.length - 1}`,
    });
  }
  return sigmas;
}

/** Refuses ends without bounds where a grid measures in them. */
export function finiteEnds(spacing: Spacing["spacing"], from: number, to: number, last: "end" | "zero"): void {
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
export function withinSchedule(schedule: GridSchedule, sigmas: readonly number[], option: keyof Spacing): Point[] {
  const [most, least] = [schedule.logSnr(1), schedule.logSnr(0)].map(sigmaOf) as Range;
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
        : option === "scheduler"
        ? "leave scheduler out: the grid then lies between the ends of the schedule"
        : `keep sigmas within ${short(least)} to ${short(most)}, or 0 at the end`,
    });
  }
  return sigmas.map((sigma) => pointOfSigma(sigma));
}
type Range = [most: number, least: number];

const counted = (steps: number) => `${steps} step${steps === 1 ? "" : "s"}`;
const short = (sigma: number) => String(Number(sigma.toPrecision(4)));
