/** Files that somebody else may have made: checkpoints that are programs as well, and recipes that name code. */
import { basename, join } from "node:path";

/** A plugin that leaves a file behind when its code is run. */
export const marking = (marker: string, name = "marking"): string => `
Deno.writeTextFileSync(${JSON.stringify(marker)}, "run");
import { plugin, z } from "denoise/plugin";
export default plugin({
  kind: "augmentation",
  name: ${JSON.stringify(name)},
  summary: "Leaves a file behind when it is loaded",
  options: z.object({}),
  create: () => ({ shape: (input) => input, apply: (images) => images }),
});
`;

interface Header {
  readonly __metadata__: Record<string, string>;
  readonly [tensor: string]: unknown;
}

/** Writes a copy of a checkpoint with another recipe, without the checksum that no longer fits. */
export async function writeWithRecipe(from: string, to: string, change: (recipe: string) => string): Promise<void> {
  const { header, data } = parts(await Deno.readFile(from));
  const { sha256: _, recipe_sha256: _recipe, ...metadata } = header.__metadata__;
  const changed = { ...header, __metadata__: { ...metadata, recipe: change(metadata.recipe!) } };
  await Deno.writeFile(to, joined(new TextEncoder().encode(JSON.stringify(changed)), data));
}

/**
 * Writes a copy of a checkpoint that is a JavaScript program too, whose stored recipe names itself as a plugin: the
 * eight bytes of the header's length begin a comment, the first entry of the metadata ends it, and the rest is
 * behind another one.
 */
export async function executableCheckpoint(from: string, to: string, code: string): Promise<void> {
  const { header, data } = parts(await Deno.readFile(from));
  const { sha256: _, recipe_sha256: _recipe, ...metadata } = header.__metadata__;
  const recipe = `plugins: [./${basename(to)}]\n${metadata.recipe}`;
  const changed = { __metadata__: { a: `*/ ${code} //`, ...metadata, recipe } };
  const { __metadata__: __, ...tensors } = header;
  const json = new TextEncoder().encode(JSON.stringify({ ...changed, ...tensors }));
  let length = 0x2a2f; // "/*", little-endian
  while (length < json.length) length += 0x10000;
  const padded = new Uint8Array(length).fill(0x20);
  padded.set(json);
  // A line break would end the comment that holds the tensors.
  await Deno.writeFile(to, joined(padded, data.map((byte) => byte === 0x0a || byte === 0x0d ? 0x0b : byte)));
}

function parts(bytes: Uint8Array): { header: Header; data: Uint8Array<ArrayBuffer> } {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  return { header, data: bytes.slice(8 + length) };
}

function joined(header: Uint8Array, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + header.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  bytes.set(data, 8 + header.length);
  return bytes;
}

/** A run folder with the files of another one and another recipe, as one that was downloaded. */
export async function copyRun(from: string, to: string, change: (recipe: string) => string): Promise<void> {
  for (const folder of ["checkpoints", "samples"]) await Deno.mkdir(join(to, folder), { recursive: true });
  for (const folder of [".", "samples"]) {
    for await (const { name, isFile } of Deno.readDir(join(from, folder))) {
      if (isFile) await Deno.copyFile(join(from, folder, name), join(to, folder, name));
    }
  }
  for await (const { name } of Deno.readDir(join(from, "checkpoints"))) {
    await writeWithRecipe(join(from, "checkpoints", name), join(to, "checkpoints", name), change);
  }
  const recipe = join(to, "recipe.yaml");
  await Deno.writeTextFile(recipe, change(await Deno.readTextFile(recipe)));
}
