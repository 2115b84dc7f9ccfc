/** Reads the recipe out of a checkpoint's metadata, and nothing else of it. */

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
  let recipe: unknown;
  try {
    const json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(header)) as
      | { __metadata__?: { recipe?: unknown } }
      | null;
    recipe = json?.__metadata__?.recipe;
  } catch {
    return { reason: "its header is no JSON: it is damaged, or no safetensors file" };
  }
  return typeof recipe === "string" ? recipe : { reason: "its metadata holds no recipe" };
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
