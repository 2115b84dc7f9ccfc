/** Official files: where they come from, what they are called in the cache, and what to do without the network. */
import { join } from "node:path";
import { files, type OpenTools, z } from "denoise/plugin";

/** A file on a server, and its name where the address does not end in it. */
export interface Source extends files.Remote {
  readonly name?: string;
}

/** Option of datasets whose files are known one by one. */
export const mirror = z.url().optional().describe(
  "web folder to download the official files from instead",
);

/** Name of the file in the cache: the last part of its address, or its own. */
export function fileName({ name, url }: Source): string {
  return name ?? new URL(url).pathname.split("/").at(-1)!;
}

/** The same files from another folder on the web, where one is given. */
export function mirrored<S extends Readonly<Record<string, Source>>>(sources: S, base: string | undefined): S {
  if (base === undefined) return sources;
  const from = (source: Source) => ({ ...source, url: base.replace(/\/*$/, "/") + fileName(source) });
  return Object.fromEntries(Object.entries(sources).map(([key, source]) => [key, from(source)])) as S;
}

/**
 * The file in the folder of the dataset, downloaded where it is missing.
 *
 * @throws {files.DownloadError} when it is unavailable: it says how to place it by hand
 */
export async function fetchFile(source: Source, { folder, signal, progress }: OpenTools): Promise<string> {
  const name = fileName(source);
  const path = join(folder, name);
  await files.download(path, source, {
    signal,
    progress: (done, total) => progress(`downloading ${name}`, done / 1e6, total / 1e6, "MB"),
  });
  return path;
}

/**
 * Refuses where a file is missing and nothing is to be downloaded, as in a dry run.
 *
 * @throws {files.DownloadError} with how to place the first missing file by hand
 */
export async function refuseMissing(sources: readonly Source[], { folder }: OpenTools): Promise<void> {
  for (const source of sources) {
    const path = join(folder, fileName(source));
    if (await isThere(path)) continue;
    throw new files.DownloadError(`The file "${fileName(source)}" is not here, and nothing is downloaded now`, [
      "it is downloaded when training starts",
      ...files.byHand(path, source),
    ]);
  }
}

/** Whether something is at a path. */
export async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, (error) => {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  });
}

/** An archive that holds something else than it should. */
export function wrongLayout(file: string, lack: string, fix: string): files.DownloadError {
  return new files.DownloadError(`Cannot read "${file}" as this dataset: it lacks ${lack}`, [fix]);
}

/** A file that is damaged, or of another form. `reason` continues from a colon: "it is cut short". */
export function unreadable(file: string, reason: string, fix: string, cause?: unknown): files.DownloadError {
  return new files.DownloadError(`Cannot read "${file}" as this dataset: ${reason}`, [fix], { cause });
}

/** What to do about an archive that was verified and is still not as expected, or is damaged on the disk. */
export const fetchAgain = "delete it, so that it is downloaded again, or place the official file there";
