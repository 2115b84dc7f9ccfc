/** What to type to run another command, where this one was not started by a task. */
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { terminal } from "../mod.ts";

/** Folder of this program. */
const root = fileURLToPath(new URL("../", import.meta.url));
const kinds = ["read", "write", "net", "env", "run", "ffi", "sys"] as const;

/**
 * Notes how commands are typed here, unless the task that started this process has. Whoever has started `cli.ts` with all
 * permissions starts it so again; which others it was given nobody can tell: the tasks know what a command needs.
 */
export function noteHowCalled(): void {
  if (Deno.permissions.querySync({ name: "env" }).state !== "granted") return;
  if (terminal.noted() !== undefined) return;
  const all = kinds.every((name) => Deno.permissions.querySync({ name }).state === "granted");
  if (all) {
    const way = relative(Deno.cwd(), fileURLToPath(new URL("../cli.ts", import.meta.url)));
    terminal.note(`deno run --allow-all ${terminal.shellWord(way)}`);
  } else if (relative(root, Deno.cwd()).startsWith("..")) {
    terminal.note(`deno task --config ${terminal.shellWord(`${root}deno.json`)}`);
  }
}
