/** The user's own folders for what this program keeps. None is created here. */
import { homedir } from "node:os";
import { join } from "node:path";

/** Where a folder is by the customs of each system, below the user's home. */
interface Custom {
  /** Names of the environment variables: of the folder itself, and of the one that programs share. */
  readonly own: string;
  readonly shared: string;
  readonly unix: readonly string[];
  readonly macos: readonly string[];
  /** Within a folder of this program in `%LOCALAPPDATA%`. */
  readonly windows: string;
}

const cache: Custom = {
  own: "DENOISE_CACHE",
  shared: "XDG_CACHE_HOME",
  unix: [".cache"],
  macos: ["Library", "Caches"],
  windows: "cache",
};

const state: Custom = {
  own: "DENOISE_STATE",
  shared: "XDG_STATE_HOME",
  unix: [".local", "state"],
  macos: ["Library", "Application Support"],
  windows: "state",
};

type Environment = (name: string) => string | undefined;
const environment: Environment = (name) => Deno.env.get(name);

/**
 * Where files go that can be made or fetched again: `$DENOISE_CACHE`, else `denoise` in `$XDG_CACHE_HOME`, `~/.cache`,
 * `~/Library/Caches` (macOS) or `%LOCALAPPDATA%` (Windows).
 */
export function cacheFolder(env: Environment = environment, os: string = Deno.build.os): string {
  return folderOf(cache, env, os);
}

/**
 * Where this program keeps what it has to remember about its user, and cannot make again: `$DENOISE_STATE`, else
 * `denoise` in `$XDG_STATE_HOME`, `~/.local/state`, `~/Library/Application Support` (macOS) or `%LOCALAPPDATA%` (Windows).
 */
export function stateFolder(env: Environment = environment, os: string = Deno.build.os): string {
  return folderOf(state, env, os);
}

function folderOf({ own, shared, unix, macos, windows }: Custom, env: Environment, os: string): string {
  const named = env(own);
  if (named) return named;
  const common = env(shared);
  if (common) return join(common, "denoise");
  if (os === "windows") return join(env("LOCALAPPDATA") ?? join(homedir(), "AppData", "Local"), "denoise", windows);
  const home: string | null = homedir(); // null in a bare container, whatever its type says
  if (home === null) throw new Error(`Cannot find the home folder of this user: set HOME, or ${own} to a folder`);
  return join(home, ...(os === "darwin" ? macos : unix), "denoise");
}
