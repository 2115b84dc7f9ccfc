/** Sampler `pndm`: pseudo numerical methods, Adams-Bashforth after a start of high order. */
import { gridOptions, isZero, noiseGrid, plugin, type Point, pointOf, refuse, z } from "denoise/plugin";
import { bashforthRows, type Move, pndmSampler, repeatedRows, rungeKuttaRows } from "./shared/pndm.ts";

export default plugin({
  kind: "sampler",
  name: "pndm",
  summary: "PNDM: Adams-Bashforth of order 4 with the weights of even steps, after Runge-Kutta or a repeated step",
  prefer: "For the numbers of PNDM and PLMS; deis begins with fewer evaluations, and came nearer in all of 5 to 40",
  source: "Liu et al. 2022, arXiv:2202.09778, eq. 11 to 13; the repeated start as in latent diffusion's PLMS",
  needs: ["schedule"],
  options: z.object({
    ...gridOptions,
    start: z.enum(["repeat", "runge-kutta"]).default("repeat").describe(
      "repeat: the first step is done again with the mean of the noises at both ends; " +
        "runge-kutta: the first three steps take four evaluations each",
    ),
  }),
  create({ options: { steps, start, ...spacing }, schedule }) {
    const early = start === "repeat" ? 1 : 3, more = start === "repeat" ? 1 : 9;
    // `steps` counts evaluations of the network, as with every other sampler: the start takes some of them.
    const moves = steps - more;
    if (moves < early) {
      refuse({
        option: "steps",
        what: `The start ${start} alone takes ${early + more} steps, with ${steps} in all`,
        fix: `use at least ${early + more} steps, or another start`,
      });
    }
    const points = noiseGrid(schedule, moves, spacing);
    if (points[0]!.signal === 0) {
      refuse({
        option: "spacing",
        what: "Sampler pndm divides by the signal rate, and this grid starts where there is no signal",
        fix: "set sigma_max, such as sigma_max: 80",
      });
    }
    if (moves === early && isZero(points.at(-1)!)) {
      refuse({ option: "steps", what: "The start does not reach the image itself", fix: "add a step" });
    }
    const rows = pndmRows(points, start);
    return { steps: rows.length, ...pndmSampler(rows) };
  },
});

/** The rows over a grid: those of the start, then plain ones. */
function pndmRows(points: readonly Point[], start: "repeat" | "runge-kutta") {
  const moves = points.slice(1).map((to, step): Move => [points[step]!, to]);
  if (start === "repeat") return [...repeatedRows(moves[0]!, moves[0]![1]), ...bashforthRows(moves.slice(1), 1)];
  const middle = ([from, to]: Move) => pointOf((from.logSnr + to.logSnr) / 2);
  return [
    ...moves.slice(0, 3).flatMap((move) => rungeKuttaRows(move, middle(move))),
    ...bashforthRows(moves.slice(3), 3),
  ];
}
