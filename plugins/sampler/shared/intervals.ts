/** Signal and noise rates of the levels that a sampler steps through, and the fresh noise of each step. */
import { type Point, refuse } from "denoise/plugin";

/**
 * A step from one time to a lower one, as a row of a plan. Rates in 0 to 1, host float64.
 *
 * `signal` and `noise` are those of the image that enters the step, `nextSignal` that of the image that leaves it.
 * `nextNoise` is the rate of the predicted noise after the step, and `fresh` that of the noise that is drawn.
 */
export type Interval = [signal: number, noise: number, nextSignal: number, nextNoise: number, fresh: number];

/**
 * Steps between points whose noise falls. The rate of fresh noise is that of Song et al. 2020, arXiv:2010.02502, eq. 16.
 *
 * @throws {Refusal} where `stochasticity` asks for more fresh noise than a step has noise
 */
export function intervals(
  points: readonly Point[],
  { stochasticity, variance_preserving }: { stochasticity: number; variance_preserving: boolean },
): Interval[] {
  const rooms: number[] = []; // stochasticity that replaces all noise
  const all = points.slice(1).map(({ signal: nextSignal, noise: noiseAfter }, step): Interval => {
    const { signal, noise } = points[step]!;
    const room = noise / Math.sqrt(1 - (signal / nextSignal) ** 2);
    rooms.push(room);
    const drawn = noiseAfter * stochasticity / room;
    const nextNoise = Math.sqrt(Math.max(noiseAfter ** 2 - drawn ** 2, 0));
    const more = variance_preserving || noiseAfter === 0 ? 1 : noise / noiseAfter; // none in a step to the image itself
    return [signal, noise, nextSignal, nextNoise, drawn * more];
  });
  const most = rooms.reduce((least, room) => Math.min(least, room), Infinity); // rooms may be too many for arguments
  if (stochasticity > most) {
    refuse({
      option: "stochasticity",
      what: `Stochasticity ${stochasticity} asks for more fresh noise than a step of ${all.length} has noise`,
      fix: `use at most ${Math.floor(100 * most) / 100}; 1 is DDPM`,
    });
  }
  return all;
}
