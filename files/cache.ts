/** Where files go that can be made or fetched again. */
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * The user's cache folder: `$DENOISE_CACHE`, else `denoise` in `$XDG_CACHE_HOME`, `~/.cache`, `~/Library/Caches` (macOS)
 * or `%LOCALAPPDATA%` (Windows). Not created.
 */
export function cacheFolder(
  env: (name: string) => string | undefined = (name) => Deno.env.get(name),
  os: string = Deno.build.os,
): string {
  const own = env("DENOISE_CACHE");
  if (own) return own;
  const shared = env("XDG_CACHE_HOME");
  if (shared) return join(shared, "denoise");
  if (os === "windows") return join(env("LOCALAPPDATA") ?? join(homedir(), "AppData", "Local"), "denoise", "cache");
  if (os === "darwin") return join(homedir(), "Library", "Caches", "denoise");
  return join(homedir(), ".cache", "denoise");
}
