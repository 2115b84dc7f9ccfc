/** Where files go that can be made or fetched again: compiled programs, plugins. */
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * The user's cache folder: `$DENOISE_CACHE`, else `denoise` in `$XDG_CACHE_HOME`, `~/.cache`, `~/Library/Caches` (macOS)
 * or `%LOCALAPPDATA%` (Windows). Not created.
 */
export function cacheFolder(
  env: Readonly<Record<string, string | undefined>> = process.env,
  os: string = process.platform,
): string {
  if (env.DENOISE_CACHE) return env.DENOISE_CACHE;
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, "denoise");
  if (os === "win32") return join(env.LOCALAPPDATA ?? join(homedir(), "AppData", "Local"), "denoise", "cache");
  return os === "darwin" ? join(homedir(), "Library", "Caches", "denoise") : join(homedir(), ".cache", "denoise");
}
