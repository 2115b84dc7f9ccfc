/** Reads the recipe out of a checkpoint's metadata, and nothing else of it. */

import { sha256 } from "../../files/hash.ts";

/** Key of the metadata with the SHA-256 of the recipe alone: it is read without the rest of the file. */
export const recipeSumKey = "recipe_sha256";

/** Headers of real models stay below a few megabytes. */
const headerLimit = 2 ** 26;

/**
 * The recipe in the metadata of a safetensors file: eight bytes of header length (little-endian), then JSON whose
 * `__metadata__.recipe` is YAML text (https://huggingface.co/docs/safetensors/index#format).
 */
export async function readCheckpointRecipe(file: string): Promise<string | { reason: string }> {
  using handle = await Deno.open(file);
  const start = await readBytes(handle, 8);
  if (start === undefined) return { reason: "it is too short to be a safetensors file" };
  const length = new DataView(start.buffer).getBigUint64(0, true);
  if (length > headerLimit) return { reason: "it is no safetensors file" };
  const header = await readBytes(handle, Number(length));
  if (header === undefined) return { reason: "it ends within its header: it is cut off, or no safetensors file" };
  let [recipe, sum]: [unknown, unknown] = [undefined, undefined];
  try {
    const json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(header)) as
      | { __metadata__?: { recipe?: unknown; [recipeSumKey]?: unknown } }
      | null;
    recipe = json?.__metadata__?.recipe;
    sum = json?.__metadata__?.[recipeSumKey];
  } catch {
    return { reason: "its header is no JSON: it is damaged, or no safetensors file" };
  }
  if (typeof recipe !== "string") return { reason: "its metadata holds no recipe" };
  // Checkpoints of older versions have no sum of it.
  if (sum !== undefined && sum !== sha256(recipe)) return { reason: "its recipe is damaged: the checksum differs" };
  return recipe;
}

async function readBytes(file: Deno.FsFile, length: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const bytes = new Uint8Array(length);
  for (let filled = 0; filled < length;) {
    const read = await file.read(bytes.subarray(filled));
    if (read === null) return undefined;
    filled += read;
  }
  return bytes;
}
