/** Checks the option `guidance` of samplers against the sampler and the network. */
import { type Guiding, guidingOf } from "../kinds/guiding.ts";
import { parseInterval } from "../kinds/interval.ts";
import * as messages from "../problems/messages/guidance.ts";
import { guideNeverKept, guideNeverTaken } from "../problems/messages/guides.ts";
import { type Message, quote } from "../problems/messages/text.ts";
import type { Problem } from "../problems/problem.ts";
import type { Recipe } from "../recipe/types.ts";
import { pluginId } from "./create.ts";
import type { Stage } from "./types.ts";

/** Guidance that cannot work. `classes`: how many the network knows, if any. */
export function checkGuidance(
  recipe: Recipe,
  sampler: Stage<"sampler">,
  network: { readonly name: string; readonly classes: number | undefined },
  training: boolean,
): Problem[] {
  const { stage, path, id, options: { guidance } } = sampler;
  if (guidance === undefined) return [];
  const at = (...option: string[]) => [...path, "guidance", ...option];
  const { renoise, scale, project, interval } = guidance;
  const guiding = guidingOf(guidance.by), byOther = guiding !== undefined;
  const problems: Problem[] = [];
  const report = (option: string[], text: Parameters<Recipe["problem"]>[1]) =>
    void problems.push(recipe.problem(at(...option), text));
  if (interval !== undefined && !(interval[0] < interval[1])) {
    report(["interval"], messages.guidanceInterval(interval[0], interval[1]));
  }
  if (!byOther && network.classes === undefined) {
    report([], messages.guidanceWithoutClasses(id, network.name));
  }
  const never = training && guiding !== undefined
    ? neverKept(guidance.by!, guiding, recipe.train.snapshots)
    : undefined;
  if (never !== undefined) report(["by"], never);
  if (renoise === "unconditional") {
    if (byOther) report(["renoise"], messages.guidanceRenoiseBy(quote(guidance.by!)));
    else if (stage.renoises !== true) report(["renoise"], messages.guidanceRenoise(pluginId(sampler)));
    if (scale > 1) report(["scale"], messages.guidanceRenoiseScale(scale));
  }
  if (stage.finished !== undefined && (project?.momentum ?? 0) !== 0) {
    report(["project", "momentum"], messages.guidanceMomentum(pluginId(sampler)));
  }
  return problems;
}

/** Why a training never has the snapshot that is to guide; undefined where it has, or nothing is known of it. */
function neverKept(by: string, guiding: Guiding, snapshots: string | undefined): Message | undefined {
  if (guiding.from === "path") return undefined;
  if (snapshots === undefined) return guideNeverKept(by);
  const { every, epochs } = parseInterval(snapshots);
  if (guiding.from === "earlier" || (guiding.from === "epoch") !== epochs || guiding.number % every === 0) {
    return undefined;
  }
  return guideNeverTaken(guiding.from, guiding.number, snapshots);
}
