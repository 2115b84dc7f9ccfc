/** What the files of a run folder and a cache hold, in a form in which two runs of the same recipe are equal. */
import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { sha256 } from "../../lib/files/hash.ts";
import { readSafetensors } from "../../pipeline/run/safetensors.ts";

/** What each file comes to, by its path below the folder. */
export type FolderDigest = ReadonlyMap<string, string>;

/** A file whose name is a final one, and whose content is not whole. */
export class HalfThere extends Error {}

/** Names of files that are being written; they may be there only while somebody writes them. */
export const unfinished = /\.[0-9a-f]{8}\.tmp$|\.part($|\/)/;

/** Whether files of this name grow or are replaced while the program runs. */
export const changes = (path: string): boolean => /(^|\/)(log\.jsonl|best\.safetensors|[^/]*\.json|\.lock)$/.test(path);

/**
 * Reads the files below a folder. Those that are being written are left out.
 *
 * @throws {HalfThere} where a file of a final name is damaged
 */
export async function readTree(folder: string): Promise<FolderDigest> {
  const found: [string, string][] = [];
  for (const path of await listFiles(folder)) {
    if (unfinished.test(path)) continue;
    found.push([path, await contentOf(folder, path)]);
  }
  return new Map(found);
}

/**
 * Files that killed writers left and that nothing will remove.
 *
 * What is left of a program or a runtime goes when the next one is saved, not before: one of each may be there.
 */
export async function leftBehind(folder: string): Promise<string[]> {
  const left = (await listFiles(folder)).filter((path) => unfinished.test(path));
  const waiting = (path: string) => /^cache\/(xla|runtimes)\/[^/]*/.exec(path)?.[0];
  const parts = new Set(left.flatMap((path) => waiting(path) ?? []));
  const [programs, runtimes] = ["cache/xla/", "cache/runtimes/"].map((start) =>
    [...parts].filter((path) => path.startsWith(start))
  ) as [string[], string[]];
  return [...left.filter((path) => waiting(path) === undefined), ...programs.slice(1), ...runtimes.slice(1)];
}

/** Makes what killed writers left a minute older: in its first seconds, some of it may belong to a living one. */
export async function age(folder: string): Promise<void> {
  const minuteAgo = new Date(Date.now() - 60_000);
  for (const path of await listFiles(folder)) {
    if (unfinished.test(path)) await Deno.utime(join(folder, path), minuteAgo, minuteAgo);
  }
}

/** Paths of all files below a folder, sorted. */
export async function listFiles(folder: string, prefix = ""): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(folder, prefix))) {
    if (isDirectory) paths.push(...await listFiles(folder, `${prefix}${name}/`));
    else paths.push(prefix + name);
  }
  return paths.sort();
}

async function contentOf(folder: string, path: string): Promise<string> {
  const half = (why: string) => new HalfThere(`${path} is not whole: ${why}`);
  const whole = join(folder, path);
  if (path.endsWith(".safetensors")) {
    return await tensorsOf(whole).catch((error) => Promise.reject(half(error.message)));
  }
  const bytes = await Deno.readFile(whole);
  const text = () => new TextDecoder().decode(bytes);
  if (path.endsWith("log.jsonl")) return logOf(text());
  if (path.endsWith(".lock")) return "lock";
  if (path.endsWith("report.html")) {
    if (text().trimEnd().endsWith("</html>")) return "page"; // it tells times
    throw half("the page has no end");
  }
  if (path.endsWith(".xla")) {
    // XLA does not write the same bytes each time.
    const sums = [basename(path), ""].map((name) =>
      createHash("sha256").update(name).update(bytes.subarray(32)).digest()
    );
    if (sums.some((sum) => sum.equals(bytes.subarray(0, 32)))) return "program";
    throw half("its checksum differs");
  }
  if (path.endsWith(".json")) {
    try {
      const content = JSON.parse(text());
      // It notes when the plugin was written, to see whether it was changed.
      if (path.endsWith("/runtime.json")) return JSON.stringify({ ...content, modified: undefined });
    } catch (error) {
      throw half(String(error));
    }
  }
  if (bytes.length === 0) throw half("it is empty");
  return sha256(bytes);
}

/** A checkpoint but for the seconds that it took. */
async function tensorsOf(path: string): Promise<string> {
  const { tensors, metadata } = await readSafetensors(path);
  const { sha256: _, position, ...rest } = metadata;
  const { seconds: __, ...where } = JSON.parse(position ?? "{}");
  // A run that was continued lists what it knows in another order.
  const hash = createHash("sha256").update(JSON.stringify([rest, Object.entries(where).sort()]));
  for (const [name, { dtype, shape, data }] of Object.entries(tensors).sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(JSON.stringify([name, dtype, shape]));
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest("hex");
}

/** The entries of a log without what tells times, and without those of starts; an unfinished last line is left out. */
function logOf(text: string): string {
  const lines = text.split("\n").slice(0, -1);
  return lines.flatMap((line) => {
    let entry;
    try {
      entry = JSON.parse(line);
    } catch {
      return [`damaged: ${line}`];
    }
    const { seconds: _, ...rest } = entry;
    return ["start", "resume"].includes(entry.event) ? [] : [JSON.stringify(rest)];
  }).join("\n");
}

/**
 * What differs between a tree while the program is at work, or was killed, and that of a run that nothing disturbed.
 *
 * @param ended whether the program has finished: then all has to be equal, otherwise only what is there already
 */
export function folderDifferences(tree: FolderDigest, calm: FolderDigest, ended: boolean): string[] {
  const found: string[] = [];
  // Which programs are compiled depends on the pace of the machine: several steps may be one program.
  const compiled = (path: string) => path.endsWith(".xla");
  for (const [path, content] of tree) {
    if (compiled(path)) continue;
    const right = calm.get(path);
    if (right === undefined) {
      if (ended || !/step-\d+\.safetensors$/.test(path)) found.push(`${path} is there, and should not be`);
    } else if (content !== right && (ended || !changes(path))) {
      found.push(`${path} differs from that of an undisturbed run`);
    } else if (!ended && path.endsWith("log.jsonl") && !right.startsWith(content)) {
      found.push(`${path} has other entries than that of an undisturbed run`);
    }
  }
  if (ended) {
    for (const path of calm.keys()) {
      if (!tree.has(path) && !compiled(path)) found.push(`${path} is missing`);
    }
  }
  return found;
}
