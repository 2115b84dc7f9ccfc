/** What `sample` changes in the sampler that it is asked for. */
import { resolve } from "node:path";
import type { GuidanceOptions } from "../kinds/guidance.ts";
import { guidingOf } from "../kinds/guiding.ts";
import { guideEmpty } from "../problems/messages/guides.ts";
import { DenoiseError } from "../problems/problem.ts";
import { stagesOf } from "../recipe/of_kind.ts";
import type { Change, Recipe } from "../recipe/types.ts";
import type { SampleOptions } from "./sample.ts";

/** The changes that give the sampler which is asked for other steps and guidance. One that does not exist is told later. */
export function samplerChanges(
  recipe: Recipe,
  options: Pick<SampleOptions, "sampler" | "steps" | "guidance" | "guide">,
): Change[] {
  const { sampler, steps, guidance, guide } = options;
  const stage = stagesOf(recipe, "sampler").find(({ path }) => sampler === undefined || path[1] === sampler);
  if (stage === undefined) return [];
  const stepped = steps === undefined ? [] : [{ path: [...stage.path, "steps"], value: steps }];
  if (guide === undefined) {
    if (guidance === undefined) return stepped;
    return [...stepped, { path: [...stage.path, "guidance", "scale"], value: guidance }];
  }
  if (guide.trim() === "") throw new DenoiseError(guideEmpty());
  const own = (stage.options.guidance ?? {}) as Partial<GuidanceOptions>;
  // A scale for classes is several times what a weaker model takes: it leaves nothing but glaring colours.
  const alike = (guidingOf(own.by) === undefined) === (guidingOf(guide) === undefined);
  const scale = alike ? own.scale ?? usualScale : usualScale;
  const by = guidingOf(guide)?.from === "path" ? resolve(guide) : guide;
  const value = { scale: guidance ?? scale, by };
  return [...stepped, { path: [...stage.path, "guidance"], value }];
}

/** Scale where none is said for guidance of this kind: by a weaker model, or by classes. */
const usualScale = 1.5;
