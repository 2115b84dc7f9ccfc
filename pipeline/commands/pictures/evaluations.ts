/** Samplers at equal numbers of network evaluations: a sampler of second order then has half as many steps. */
import { wire } from "../../graph/wire.ts";
import type { Stage } from "../../graph/types.ts";
import { evaluationsTooFew, evaluationsUnasked } from "../../problems/messages/pictures.ts";
import { DenoiseError } from "../../problems/problem.ts";
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
  );
  return texts.flatMap((text, i) => {
    const sampler = graph.sampler(pictureSampler(i));
    const { evaluationsPerStep } = sampler.stage;
    if (!Object.hasOwn(sampler.options, "steps")) throw new DenoiseError(evaluationsUnasked(samplerLabel(sampler)));
    return evaluations.map((most) => {
      const steps = Math.floor(most / evaluationsPerStep);
      if (steps < 1) throw new DenoiseError(evaluationsTooFew(samplerLabel(sampler), most, evaluationsPerStep));
      return { text, options: { steps } };
    });
  });
}

/** Evaluations of the network for an image. */
export function evaluationsOf({ stage }: Stage<"sampler">): number {
  return stage.steps * stage.evaluationsPerStep;
}

/** `20 steps`; `10 steps, 20 evaluations` where a step takes several. */
export function effortOf({ stage }: Stage<"sampler">): string {
  const steps = counted(stage.steps, "step");
  return stage.evaluationsPerStep === 1
    ? steps
    : `${steps}, ${counted(stage.steps * stage.evaluationsPerStep, "evaluation")}`;
}
