/** Tests of where the user's folders are. */
import assert from "node:assert/strict";
import { homedir } from "node:os";
import { join } from "node:path";
import { cacheFolder, stateFolder } from "./user_folders.ts";

Deno.test("cacheFolder() follows the environment, then the customs of the system", () => {
  const folder = (env: Record<string, string>, os: string) => cacheFolder((name) => env[name], os);
  assert.equal(folder({ DENOISE_CACHE: "/a", XDG_CACHE_HOME: "/b" }, "linux"), "/a");
  assert.equal(folder({ XDG_CACHE_HOME: "/b" }, "linux"), join("/b", "denoise"));
  assert.equal(folder({}, "linux"), join(homedir(), ".cache", "denoise"));
  assert.equal(folder({}, "darwin"), join(homedir(), "Library", "Caches", "denoise"));
  assert.equal(folder({ LOCALAPPDATA: "L" }, "windows"), join("L", "denoise", "cache"));
});

Deno.test("stateFolder() follows the environment, then the customs of the system", () => {
  const folder = (env: Record<string, string>, os: string) => stateFolder((name) => env[name], os);
  assert.equal(folder({ DENOISE_STATE: "/a", XDG_STATE_HOME: "/b" }, "linux"), "/a");
  assert.equal(folder({ XDG_STATE_HOME: "/b" }, "linux"), join("/b", "denoise"));
  assert.equal(folder({}, "linux"), join(homedir(), ".local", "state", "denoise"));
  assert.equal(folder({}, "darwin"), join(homedir(), "Library", "Application Support", "denoise"));
  assert.equal(folder({ LOCALAPPDATA: "L" }, "windows"), join("L", "denoise", "state"));
});
