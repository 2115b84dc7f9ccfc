/** Where a task was typed. `deno task` changes to the folder of its configuration, and leaves a note. */
import { dirname, join } from "node:path";
import { isFolder } from "../../lib/files/exists.ts";
import { binaryCommand, installedIn, isBinary, root } from "./surroundings.ts";

/** The folder that the command was typed in. */
export async function typedIn(): Promise<string> {
  if (isBinary || installedIn !== undefined) return Deno.cwd();
  const noted = Deno.env.get("INIT_CWD");
  return noted !== undefined && await isFolder(noted) ? noted : Deno.cwd();
}

/**
 * What to type before the name of a task, in a folder: `deno task` where it finds this program's configuration, or one
 * with the tasks of it, such as `deno task new` writes; else with the path of the configuration. The name of the binary,
 * where this is one, and `npx denoise` where npm has installed it.
 */
export async function taskCommand(cwd: string): Promise<string> {
  if (isBinary) return binaryCommand(cwd);
  if (installedIn !== undefined) return "npx denoise";
  for (let folder = cwd;; folder = dirname(folder)) {
    for (const name of ["deno.json", "deno.jsonc"]) {
      const text = await Deno.readTextFile(join(folder, name)).catch(() => undefined);
      if (text?.includes("cli/launch/mod.ts") || text?.includes("@denoise/denoise")) return "deno task";
      if (text?.includes('"tasks"')) return outside();
    }
    if (dirname(folder) === folder) return outside();
  }
}

function outside(): string {
  const config = join(root, "deno.json");
  return `deno task --config ${/^[\w@%+=:,./-]+$/.test(config) ? config : JSON.stringify(config)}`;
}
