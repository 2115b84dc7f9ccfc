/** Where this program keeps what it has to remember about its user, and cannot make again. */
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * The user's state folder: `$DENOISE_STATE`, else `denoise` in `$XDG_STATE_HOME`, `~/.local/state`,
 * `~/Library/Application Support` (macOS) or `%LOCALAPPDATA%` (Windows). Not created.
 */
export function stateFolder(
  env: (name: string) => string | undefined = (name) => Deno.env.get(name),
  os: string = Deno.build.os,
): string {
  const own = env("DENOISE_STATE");
  if (own) return own;
  const shared = env("XDG_STATE_HOME");
  if (shared) return join(shared, "denoise");
  if (os === "windows") return join(env("LOCALAPPDATA") ?? join(homedir(), "AppData", "Local"), "denoise", "state");
  if (os === "darwin") return join(homedir(), "Library", "Application Support", "denoise");
  return join(homedir(), ".local", "state", "denoise");
}
