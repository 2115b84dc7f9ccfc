/** Reads the recipe out of a checkpoint's metadata, and nothing else of it. */
import { sha256 } from "../../lib/files/mod.ts";
import { HeaderFault, readHeader } from "../../lib/files/safetensors/header.ts";

const maxRecipe = 2 ** 18; // characters: what is larger is not a recipe

/** Key of the metadata with the SHA-256 of the recipe alone: it is read without the rest of the file. */
export const recipeSumKey = "recipe_sha256";

/** The recipe in the metadata of a safetensors file, as YAML; or why there is none, to follow a colon. */
export async function readCheckpointRecipe(file: string): Promise<string | { reason: string }> {
  using handle = await Deno.open(file);
  try {
    const { size } = await handle.stat();
    const { metadata } = (await readHeader(handle, size)).header;
    if (!Object.hasOwn(metadata, "recipe")) return { reason: "its metadata holds no recipe" };
    const recipe = metadata.recipe!;
    if (recipe.length > maxRecipe) return { reason: `its recipe has ${recipe.length} characters` };
    // Checkpoints of older versions have no sum of it.
    const sum = Object.hasOwn(metadata, recipeSumKey) ? metadata[recipeSumKey] : undefined;
    if (sum !== undefined && sum !== sha256(recipe)) return { reason: "its recipe is damaged: the checksum differs" };
    return recipe;
  } catch (error) {
    if (error instanceof HeaderFault) return { reason: error.message };
    throw error;
  }
}
