/** Samplers at equal numbers of network evaluations: a sampler of second order then has half as many steps. */
import { wire } from "../../graph/wire.ts";
import type { Stage } from "../../graph/types.ts";
import { evaluationsTooFew, evaluationsUnasked } from "../../problems/messages/pictures.ts";
import { DenoiseError } from "../../problems/problem.ts";
import { evaluationsOf, evaluationsPerStep } from "../../programs/evaluations.ts";
import type { Recipe } from "../../recipe/types.ts";
import { checkWhole } from "../options.ts";
import { counted } from "../../terminal/units.ts";
import { pictureSampler, samplerLabel, type SamplerRequest, stageOf } from "./samplers.ts";

/**
 * Requests for each sampler with each number of evaluations, sampler by sampler: as many steps as give these evaluations,
 * or the nearest number of evaluations below.
 *
 * @param texts samplers, as `SamplerRequest`s name them
 * @param evaluations of the network for an image
 * @throws {DenoiseError} where a step alone takes more, or a sampler chooses its own steps
 */
export async function evaluationRequests(
  recipe: Recipe,
  texts: readonly (string | undefined)[],
  evaluations: readonly number[],
): Promise<SamplerRequest[]> {
  for (const each of evaluations) checkWhole("evaluations", each, 1, 1_000_000);
  const graph = await wire(
    await recipe.with(
      texts.map((text, i) => ({ path: ["samplers", pictureSampler(i)], value: stageOf(recipe, { text }) })),
    ),
    { training: false },
  );
  return texts.flatMap((text, i) => {
    const sampler = graph.sampler(pictureSampler(i));
    const perStep = evaluationsPerStep(sampler);
    if (!Object.hasOwn(sampler.options, "steps")) throw new DenoiseError(evaluationsUnasked(samplerLabel(sampler)));
    return evaluations.map((most) => {
      const steps = Math.floor(most / perStep);
      if (steps < 1) throw new DenoiseError(evaluationsTooFew(samplerLabel(sampler), most, perStep));
      return { text, options: { steps } };
    });
  });
}

/** `20 steps`; `10 steps, 20 evaluations` where a step takes several. */
export function effortOf(sampler: Stage<"sampler">): string {
  const steps = counted(sampler.stage.steps, "step");
  return evaluationsPerStep(sampler) === 1 ? steps : `${steps}, ${counted(evaluationsOf(sampler), "evaluation")}`;
}
