/** Lists the pictures below a folder. */
import { basename, dirname, extname, join, resolve } from "node:path";
import { image } from "denoise/plugin";

/** A file that may be a picture. */
export interface Found {
  /** Relative to the folder, with `/` on every system. */
  readonly name: string;
  readonly path: string;
  readonly size: number; // bytes
  /**
   * What changes whenever the file is replaced or written to, also by what keeps size and time of change, as `cp -p`,
   * `rsync -t` and `tar` do: that time, the time of the last change of its entry, and its number in the file system.
   */
  readonly state: string;
}

/**
 * All pictures below a folder by the endings of their names, sorted by name, and what else lies there. Hidden files and
 * folders are passed over; links are followed, each folder once.
 *
 * @throws {Deno.errors.NotFound | Deno.errors.NotADirectory}
 */
export async function listPictures(
  folder: string,
  signal?: AbortSignal,
): Promise<{ files: Found[]; others: string[] }> {
  const files: Found[] = [];
  const others: string[] = [];
  const walk = async (path: string, prefix: string, above: readonly string[]): Promise<void> => {
    signal?.throwIfAborted();
    // Only a link to a folder above makes a loop; the same folder under two names is two classes if somebody wants that.
    const real = await Deno.realPath(path);
    if (above.includes(real)) return;
    for await (const entry of Deno.readDir(path)) {
      if (entry.name.startsWith(".")) continue;
      const name = prefix + entry.name;
      const at = join(path, entry.name);
      const isPicture = image.pictureExtensions.includes(extname(entry.name).toLowerCase());
      if (entry.isFile && !isPicture) {
        others.push(name);
        continue;
      }
      const info = await Deno.stat(at).catch(() => undefined); // Links that lead nowhere are passed over.
      if (info?.isDirectory) await walk(at, `${name}/`, [...above, real]);
      else if (info?.isFile && isPicture) {
        files.push({ name, path: at, size: info.size, state: stateOf(info, at) });
      } else others.push(name);
    }
  };
  if (!(await Deno.stat(folder)).isDirectory) throw new Deno.errors.NotADirectory(folder);
  await walk(folder, "", []);
  files.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { files, others };
}

/** The state of a file. Where the system keeps less of it, its place counts too: another folder has other files. */
function stateOf({ mtime, ctime, ino }: Deno.FileInfo, path: string): string {
  const known = [mtime?.getTime() ?? "", ctime?.getTime() ?? "", ino ?? ""];
  return [...known, ...(known.includes("") ? [resolve(path)] : [])].join(" ");
}

/** What there is where a folder was looked for, the most alike first. Undefined when there is nothing. */
export async function nearestFolder(folder: string): Promise<string | undefined> {
  let path = resolve(folder);
  while (true) {
    const parent = dirname(path);
    const wanted = basename(path);
    const there = await Array.fromAsync(Deno.readDir(parent)).catch(() => undefined);
    if (there !== undefined) {
      const folders = there.filter(({ name, isDirectory }) => isDirectory && !name.startsWith("."));
      const names = folders.map(({ name }) => name).sort((a, b) => distance(a, wanted) - distance(b, wanted));
      const [first] = names;
      if (first === undefined) return undefined;
      const near = distance(first, wanted) <= Math.max(1, wanted.length / 3);
      return near
        ? `did you mean "${join(parent, first)}"?`
        : `folders in "${parent}": ${names.slice(0, 8).join(", ")}`;
    }
    if (parent === path) return undefined;
    path = parent;
  }
}

/** Letters to insert, remove or replace (Levenshtein), upper and lower case being the same. */
function distance(one: string, other: string): number {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      next.push(Math.min(row[j]! + (a[i] === b[j] ? 0 : 1), row[j + 1]! + 1, next[j]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
