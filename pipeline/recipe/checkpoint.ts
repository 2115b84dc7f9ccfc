/** Reads the recipe out of a checkpoint's metadata, and nothing else of it. */
import { sha256 } from "../../lib/files/mod.ts";
import { HeaderFault, readHeader } from "../../lib/files/safetensors/header.ts";

import { type Newer, newerFormat, newerVersion } from "./format.ts";

const maxRecipe = 2 ** 18; // characters: what is larger is not a recipe

/** Key of the metadata with the SHA-256 of the recipe alone: it is read without the rest of the file. */
export const recipeSumKey = "recipe_sha256";

/** A recipe that was found, or what is to be said of the file. */
export interface StoredRecipe {
  /** As YAML. */
  readonly text?: string;
  /** The version that wrote the file, where it is newer than this one. */
  readonly newer?: string | undefined;
  /** Why there is none, to follow a colon. */
  readonly reason?: string;
  /** That there is none because the format came after this version. */
  readonly format?: Newer;
}

/** The recipe in the metadata of a safetensors file. */
export async function readCheckpointRecipe(file: string): Promise<StoredRecipe> {
  let seen: Readonly<Record<string, string>> = {};
  using handle = await Deno.open(file);
  try {
    const { size } = await handle.stat();
    await readHeader(handle, size, (metadata) => seen = metadata);
    const metadata = seen, format = newerOf(metadata);
    if (format !== undefined) return { reason: "a newer version wrote it", format };
    if (!Object.hasOwn(metadata, "recipe")) return { reason: "its metadata holds no recipe" };
    const recipe = metadata.recipe!;
    if (recipe.length > maxRecipe) return { reason: `its recipe has ${recipe.length} characters` };
    // Checkpoints of older versions have no sum of it.
    const sum = Object.hasOwn(metadata, recipeSumKey) ? metadata[recipeSumKey] : undefined;
    if (sum !== undefined && sum !== sha256(recipe)) return { reason: "its recipe is damaged: the checksum differs" };
    return { text: recipe, newer: newerVersion(metadata) };
  } catch (error) {
    const format = newerOf(seen);
    if (error instanceof HeaderFault) return { reason: error.message, ...(format === undefined ? {} : { format }) };
    throw error;
  }
}

/** A format that came after this version. A flipped bit looks like one, but names no newer version. */
function newerOf(metadata: Readonly<Record<string, string>>): Newer | undefined {
  return newerVersion(metadata) === undefined ? undefined : newerFormat(metadata);
}
