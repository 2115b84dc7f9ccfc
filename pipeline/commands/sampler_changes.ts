/** What `sample` changes in the sampler that it is asked for. */
import { resolve } from "node:path";
import type { GuidanceOptions } from "../kinds/guidance.ts";
import { guidingOf } from "../kinds/guiding.ts";
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
  const { scale = usualScale } = (stage.options.guidance ?? {}) as Partial<GuidanceOptions>;
  const by = guidingOf(guide)?.from === "path" ? resolve(guide) : guide;
  const value = { scale: guidance ?? scale, by };
  return [...stepped, { path: [...stage.path, "guidance"], value }];
}

/** Scale of guidance by a weaker model where none is said. */
const usualScale = 1.5;
