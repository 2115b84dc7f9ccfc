/** Whether a training comes to have the snapshots that guide its samplers: told before its first step. */
import type { Graph, Stage } from "../graph/types.ts";
import { isGuided } from "../kinds/guidance.ts";
import { type Guiding, guidingOf } from "../kinds/guiding.ts";
import { parseInterval } from "../kinds/interval.ts";
import * as messages from "../problems/messages/guides.ts";
import type { Message } from "../problems/messages/text.ts";
import { DenoiseError } from "../problems/problem.ts";
import { measuringSamplers, shownSampler } from "../programs/every_program.ts";
import type { Remaining } from "./due.ts";
import { momentsOf } from "./moments.ts";

/** The samplers that a training draws with: those of its pictures and of its metrics. */
export function drawingSamplers(graph: Graph): Stage<"sampler">[] {
  return [...new Set([shownSampler(graph) ?? [], measuringSamplers(graph)].flat())];
}

/**
 * Refuses guidance by a moment of the same run of which no snapshot is ever taken, or none was when it passed.
 *
 * @param folder of the run
 * @throws {DenoiseError} at the option
 */
export async function checkMoments(graph: Graph, folder: string, remaining: Remaining): Promise<void> {
  for (const { path, options: { guidance } } of drawingSamplers(graph)) {
    const guiding = isGuided(guidance) ? guidingOf(guidance.by) : undefined;
    const missing = guiding === undefined ? undefined : await missingMoment(graph, folder, remaining, guiding);
    if (missing !== undefined) throw new DenoiseError(graph.recipe.problem([...path, "guidance", "by"], missing));
  }
}

async function missingMoment(
  { recipe: { train: { snapshots } } }: Graph,
  folder: string,
  { step, epoch, batch, totalSteps, stepsPerEpoch }: Remaining,
  guiding: Guiding,
): Promise<Message | undefined> {
  if ((guiding.from !== "epoch" && guiding.from !== "step") || snapshots === undefined) return undefined;
  const { from, number } = guiding;
  const kept = await momentsOf(folder, step + 1, { epochs: from === "epoch", checkpoints: false });
  if (kept.some((moment) => moment[from] === number)) return undefined;
  if ({ step, epoch }[from] >= number) {
    return messages.guideMomentMissing(folder, from, number, kept.map((moment) => moment[from]));
  }
  const begun = step - batch - epoch * stepsPerEpoch; // epochs that are done may have had another length
  const at = from === "step" ? number : begun + number * stepsPerEpoch;
  if (at >= totalSteps) return messages.guideAfterEnd(from, number, totalSteps, stepsPerEpoch);
  const { every, epochs } = parseInterval(snapshots);
  const [start, length] = epochs ? [begun, every * stepsPerEpoch] : [0, every];
  // Of an epoch, the first snapshot after its end is meant.
  const next = start + Math.ceil((at - start) / length) * length;
  const taken = from === "step" ? next === at : next < at + stepsPerEpoch;
  return taken ? undefined : messages.guideNeverTaken(from, number, snapshots);
}
