/** What is at a path. Where that cannot be told, as in a folder that may not be read, it counts as not there. */

/** Whether anything is there; a link counts by what it leads to. */
export function exists(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, () => false);
}

/** Whether there is a file, or a link to one. */
export function isFile(path: string): Promise<boolean> {
  return Deno.stat(path).then((info) => info.isFile, () => false);
}

/** Whether there is a folder, or a link to one. */
export function isFolder(path: string): Promise<boolean> {
  return Deno.stat(path).then((info) => info.isDirectory, () => false);
}

/** Whether a name is taken, be it by a link that leads nowhere. */
export function isTaken(path: string): Promise<boolean> {
  return Deno.lstat(path).then(() => true, () => false);
}

/** Bytes of a file; undefined where there is none. */
export async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
}
