/**
 * The code that the user has trained with on this machine. It is kept in the user's own state, not in run folders:
 * those can be downloaded. Each entry is a file of its own, so that processes do not get in each other's way.
 */
import { join } from "node:path";
import { sha256 } from "../../lib/files/hash.ts";
import { stateFolder } from "../../lib/files/user_folders.ts";
import { writeWhole } from "../../lib/files/whole.ts";
import type { Code } from "./code.ts";

/** Entries that are kept: the oldest go first. */
const mostEntries = 1000;

/** Folder of the record, in the user's state. */
export function recordFolder(): string {
  return join(stateFolder(), "trained");
}

/** Remembers files of code. Those with code that the hash does not cover are left out. */
export async function remember(code: readonly Code[], folder = recordFolder()): Promise<void> {
  const complete = code.filter((one) => one.complete);
  for (const one of complete) {
    const { path, sha256 } = one;
    await writeWhole(fileOf(one, folder), `${JSON.stringify({ path, sha256 })}\n`);
  }
  if (complete.length > 0) await forgetOldest(folder);
}

/** Whether the user has trained with this very code, at this path. */
export async function isKnown(code: Code, folder = recordFolder()): Promise<boolean> {
  if (!code.complete) return false;
  const entry = await read(fileOf(code, folder));
  return entry?.path === code.path && entry.sha256 === code.sha256;
}

/** Whether the user has trained with a file at this path, whatever was in it. */
export async function isKnownPath(path: string, folder = recordFolder()): Promise<boolean> {
  for (const name of await entries(folder)) {
    if ((await read(join(folder, name)))?.path === path) return true;
  }
  return false;
}

function fileOf({ path, sha256: hash }: Code, folder: string): string {
  return join(folder, `${sha256(`${path}\n${hash}`)}.json`);
}

async function read(file: string): Promise<{ path?: unknown; sha256?: unknown } | undefined> {
  try {
    return Object(JSON.parse(await Deno.readTextFile(file)));
  } catch {
    return undefined; // not there, or not whole: not remembered
  }
}

async function entries(folder: string): Promise<string[]> {
  try {
    const all = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
    return all.filter((name) => /^[0-9a-f]{64}\.json$/.test(name));
  } catch {
    return []; // nothing is remembered yet
  }
}

async function forgetOldest(folder: string): Promise<void> {
  const names = await entries(folder);
  if (names.length <= mostEntries) return;
  const times = await Promise.all(names.map(async (name) => {
    const { mtime } = await Deno.stat(join(folder, name)).catch(() => ({ mtime: null }));
    return { name, time: mtime?.getTime() ?? 0 };
  }));
  for (const { name } of times.sort((a, b) => a.time - b.time).slice(0, names.length - mostEntries)) {
    await Deno.remove(join(folder, name)).catch(() => {}); // another process was faster
  }
}
