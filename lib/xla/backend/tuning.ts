/** Which kernels XLA found to be the fastest on a GPU: its choices are kept, so that the next start takes the same ones. */
import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Client } from "../pjrt/mod.ts";
import { type Flags, knownFlags } from "./flags.ts";

/**
 * Flags that have XLA keep its choices in a folder beside the programs. It knows nothing of versions: what they depend on is
 * in the folder's name. The folder has to be there.
 *
 * @param build what the choices depend on
 * @returns none on processors, for builds that keep no choices, and where no folder can be made
 */
export async function tuningFlags(
  client: Pick<Client, "platform" | "compile">,
  folder: string,
  build: string,
): Promise<Flags> {
  if (client.platform === "cpu") return {};
  const path = join(folder, `tuned-${createHash("sha256").update(build).digest("hex").slice(0, 16)}`);
  try {
    mkdirSync(path, { recursive: true });
  } catch {
    return {}; // read-only, or not permitted: the programs cannot be kept either, which is said
  }
  return await knownFlags(client, { xla_gpu_per_fusion_autotune_cache_dir: path });
}
