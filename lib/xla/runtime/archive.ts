/** Fetches the archive of a release, for machines without pip. */
import { open } from "node:fs/promises";
import { basename, join } from "node:path";
import { reasonOf, RuntimeError } from "./error.ts";
import { checkHash } from "./hash.ts";
import type { Archive } from "./types.ts";

/** Bytes that a connection brings within the time of a stall, at least. */
const leastBytes = 4096;

/** An attempt that failed. Its text continues "Cannot download …:". */
class Failed extends Error {}

/**
 * Downloads an archive and checks its hash.
 *
 * @param folder that exists
 * @param progress called with the bytes that are there and the bytes there will be, 0 where the server does not say
 * @returns path of the archive
 * @throws RuntimeError where it is unavailable or is not the one expected
 */
export async function fetchArchive(
  { url, sha256 }: Archive,
  folder: string,
  { signal, progress, stall = 30_000, most = 2 ** 30 }: {
    signal?: AbortSignal | undefined;
    progress?: ((done: number, total: number) => void) | undefined;
    /** Milliseconds without a byte after which the connection counts as dead. */
    stall?: number;
    /** Bytes of an archive: the largest has 100 MB. */
    most?: number;
  },
): Promise<string> {
  const path = join(folder, basename(new URL(url).pathname));
  const dead = new AbortController();
  const alive = () => setTimeout(() => dead.abort(new Failed(`no data for ${stall / 1000} s`)), stall);
  let timer = alive();
  const file = await open(path, "w");
  try {
    const response = await fetch(url, {
      headers: { "accept-encoding": "identity" }, // compressed on the way, the length would be another
      signal: signal === undefined ? dead.signal : AbortSignal.any([signal, dead.signal]),
    });
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      throw new Failed(`the server answered ${response.status} ${response.statusText}`.trimEnd());
    }
    if (url.startsWith("https:") && !response.url.startsWith("https:")) {
      await response.body.cancel();
      throw new Failed(`the server leads to "${response.url}", which is not encrypted`);
    }
    const length = Number(response.headers.get("content-length") ?? 0);
    const total = response.headers.has("content-encoding") || !(length > 0) ? 0 : length;
    if (total > most) throw new Failed(`the file there has ${total} bytes, more than ${most}`);
    let done = 0;
    let fresh = 0;
    for await (const chunk of response.body) {
      done += chunk.length;
      if (done > most) throw new Failed(`the server sends more than ${most} bytes`);
      // A server that sends a byte now and then is dead as well.
      if ((fresh += chunk.length) >= leastBytes) {
        fresh = 0;
        clearTimeout(timer);
        timer = alive();
      }
      await file.writeFile(chunk);
      progress?.(done, total);
    }
    if (done < total) throw new Failed(`the connection ended after ${done} of ${total} bytes`);
    await file.sync();
  } catch (error) {
    signal?.throwIfAborted();
    throw new RuntimeError(`Cannot download "${url}": ${reasonOf(error)}`, [
      "offline, set DENOISE_PJRT_PLUGIN to the path of a PJRT plugin that you have",
    ], { cause: error });
  } finally {
    clearTimeout(timer);
    await file.close();
  }
  await checkHash(path, sha256, signal);
  return path;
}
