/** Whether a stage may download: not from an address in a recipe that the user did not type. */
import { addressUntrusted } from "../problems/messages/trust.ts";
import { DenoiseError, type Problem } from "../problems/problem.ts";
import type { Recipe, RecipeStage } from "../recipe/types.ts";

/** An address that a recipe from elsewhere names, as the problem that it is once something has to be downloaded. */
export function untrustedAddress(
  recipe: Pick<Recipe, "isFromElsewhere" | "problem">,
  { plugin, path, id, options }: RecipeStage,
): Problem | undefined {
  for (const [option, what] of Object.entries(plugin.outside ?? {})) {
    const value = options[option];
    const at = [...path, option];
    if (what !== "address" || typeof value !== "string" || !recipe.isFromElsewhere(at)) continue;
    const usual = plugin.options.shape[option]?.safeParse(undefined); // resolved recipes hold defaults as well
    if (usual?.success && usual.data === value) continue;
    return recipe.problem(at, addressUntrusted(id, option, value));
  }
  return undefined;
}

/** Adds to the problems of a stage that lacks its files why nothing was downloaded. */
export function withAddress(error: unknown, address: Problem | undefined): unknown {
  if (address === undefined || !(error instanceof DenoiseError)) return error;
  return new DenoiseError([...error.problems, address], { cause: error });
}
