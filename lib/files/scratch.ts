/** Folders for what a process keeps for itself, where the cache cannot be written to. */
import { join } from "node:path";

/** Name of the environment variable with a folder that this process may make and use: others may be forbidden to it. */
export const scratchVariable = "DENOISE_SCRATCH";

/** Makes a new, empty folder. Whoever asks for it removes it. */
export async function scratchFolder(): Promise<string> {
  const parent = Deno.env.get(scratchVariable);
  if (!parent) return await Deno.makeTempDir({ prefix: "denoise-" });
  const folder = join(parent, crypto.randomUUID().slice(0, 8));
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** Removes such a folder, and the one around it when it was the last. What is open stays until it is closed. */
export async function removeScratch(folder: string): Promise<void> {
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  const parent = Deno.env.get(scratchVariable);
  if (parent) await Deno.remove(parent).catch(() => {});
}
