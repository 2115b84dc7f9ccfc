/** The stages of one kind. */
import type { Kind } from "../kinds/mod.ts";
import type { Recipe, RecipeStage } from "./types.ts";

/** A recipe's stages of a kind, in its order. */
export function stagesOf<K extends Kind>({ stages }: Recipe, kind: K): RecipeStage<K>[] {
  return stages.filter((stage): stage is RecipeStage<K> => stage.kind === kind);
}
