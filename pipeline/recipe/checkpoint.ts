/** Reads the recipe out of a checkpoint's metadata, and nothing else of it. */
import { Fault, readHeader } from "../safetensors/header.ts";

const maxRecipe = 2 ** 18; // characters: what is larger is not a recipe

/** The recipe in the metadata of a safetensors file, as YAML; or why there is none, to follow a colon. */
export async function readCheckpointRecipe(file: string): Promise<string | { reason: string }> {
  using handle = await Deno.open(file);
  try {
    const { size } = await handle.stat();
    const { metadata } = (await readHeader(handle, size)).header;
    if (!Object.hasOwn(metadata, "recipe")) return { reason: "its metadata holds no recipe" };
    const recipe = metadata.recipe!;
    return recipe.length <= maxRecipe ? recipe : { reason: `its recipe has ${recipe.length} characters` };
  } catch (error) {
    if (error instanceof Fault) return { reason: error.message };
    throw error;
  }
}
