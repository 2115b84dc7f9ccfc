/** Downloads that resume where they stopped and are checked by size and hash before they take their name. */
import { dirname } from "node:path";
import { DownloadError } from "./download_error.ts";
import { isFolder, sizeOf } from "./exists.ts";
import { md5OfFile, sha256OfFile } from "./hash.ts";
import { named, refusalOf } from "./refusal.ts";
import { writeAll } from "./whole.ts";

/** A file on a server, as it has to be. */
export interface Remote {
  /** Where it is downloaded from. */
  readonly url: string;
  /** Bytes. */
  readonly size: number;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
}

/** A file of which only the MD5 was published, as of the weights of Keras. */
export interface RemoteMd5 extends Omit<Remote, "sha256"> {
  /** 32 hexadecimal digits. */
  readonly md5: string;
}

/** What a download may be told besides what to fetch. */
export interface DownloadOptions {
  /** Aborting it stops the download; what is there is kept for the next attempt. */
  readonly signal?: AbortSignal;
  /** Called with the bytes that are there and the bytes there will be. */
  readonly progress?: (done: number, total: number) => void;
  /** Attempts without a single new byte before it gives up. */
  readonly attempts?: number;
  /** Milliseconds before the second attempt; doubles each time. */
  readonly delay?: number;
  /** Milliseconds without a byte after which a connection counts as dead. */
  readonly stall?: number;
}

/**
 * Makes sure that `path` holds the remote file. A file that is already there is checked and kept; one that is missing is
 * downloaded into `path + ".part"`, which a later call continues, and renamed once size and hash are right.
 *
 * @throws {DownloadError} when the file is unavailable or is not the one expected: it says how to place it by hand
 */
export async function download(path: string, remote: Remote | RemoteMd5, options: DownloadOptions = {}): Promise<void> {
  const { signal, attempts = 4, delay = 500 } = options;
  if (await sizeOf(path) !== undefined) return await checkPlaced(path, remote, signal);
  const part = `${path}.part`;
  await using _held = await takePart(path, remote, options);
  if (await sizeOf(path) !== undefined) return await checkPlaced(path, remote, signal); // another process was at it

  let failure: unknown;
  let most = (await sizeOf(part)) ?? 0; // Bytes reached so far: an attempt that does not get further is an idle one.
  for (let idle = 0; idle < attempts;) {
    signal?.throwIfAborted();
    const before = (await sizeOf(part)) ?? 0;
    if (before > remote.size) await Deno.truncate(part);
    if (before !== remote.size) {
      try {
        await fetchInto(part, remote, options);
        failure = undefined;
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof Local) throw unwritable(path, remote, error.cause);
        // Without permission for the network, or with an answer such as 404, trying again changes nothing.
        if (error instanceof Fatal || error instanceof Deno.errors.NotCapable) throw unavailable(path, remote, error);
        failure = error;
      }
    }
    const after = (await sizeOf(part)) ?? 0;
    if (after === remote.size) {
      if (await hashOf(part, remote, signal) === expected(remote)) return await Deno.rename(part, path);
      await Deno.truncate(part);
      // What an earlier run left may be at fault: only a download from the first byte on settles it.
      if (before === 0) throw wrongContent(path, remote);
      idle++;
    } else if (after > most) {
      most = after;
      idle = 0;
    } else if (++idle < attempts) {
      await pause(delay * 2 ** (idle - 1), signal);
    }
  }
  throw unavailable(path, remote, failure);
}

/** Makes the folder of a file, and takes its part. @throws {DownloadError} where nothing can be written there */
async function takePart(
  path: string,
  remote: Remote | RemoteMd5,
  options: DownloadOptions,
): Promise<AsyncDisposable> {
  const folder = dirname(path);
  try {
    if (!await isFolder(folder)) await Deno.mkdir(folder, { recursive: true });
    return await holdPart(`${path}.part`, remote, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw unwritable(path, remote, error);
  }
}

/**
 * Takes a part for this process alone, as two that write it would spoil it for one another; another process is waited
 * for. A part without a byte does not stay.
 */
async function holdPart(
  part: string,
  remote: Remote | RemoteMd5,
  { signal, progress }: DownloadOptions,
): Promise<AsyncDisposable> {
  for (;;) {
    const file = await Deno.open(part, { read: true, write: true, create: true });
    // Locks of Windows keep out this process's own other handles, and some network file systems have none.
    const held = Deno.build.os === "windows" || await file.tryLock(true).catch(() => true);
    if (held) {
      return {
        async [Symbol.asyncDispose]() {
          if (await sizeOf(part) === 0) await Deno.remove(part).catch(() => {});
          file.close();
        },
      };
    }
    file.close();
    progress?.((await sizeOf(part)) ?? 0, remote.size);
    await pause(200, signal);
  }
}

/** An attempt that failed. Its text continues "Cannot download …:". */
class Failed extends Error {}
/** One that trying again does not change. */
class Fatal extends Failed {}
/** The disk here, not the network, is at fault. */
class Local extends Error {}

/** What the disk does to a part. */
async function local<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await named("write", path, work);
  } catch (cause) {
    throw new Local(undefined, { cause });
  }
}

/** One request: appends to `part` what it lacks, or starts it again where the server knows no ranges. */
async function fetchInto(
  part: string,
  remote: Remote | RemoteMd5,
  { signal, progress, stall = 60_000 }: DownloadOptions,
) {
  const have = (await sizeOf(part)) ?? 0;
  const dead = new AbortController();
  const late = () => dead.abort(new Failed(`no data for ${stall / 1000} s`));
  let timer = setTimeout(late, stall);
  /** Bytes since the timer was set: a server that sends one now and then is dead as well. */
  let fresh = 0;
  const alive = (bytes: number) => {
    fresh += bytes;
    if (fresh < leastBytes) return;
    fresh = 0;
    clearTimeout(timer);
    timer = setTimeout(late, stall);
  };
  try {
    const response = await fetch(remote.url, {
      // Compressed on the way, the bytes would be others than those that were counted and hashed.
      headers: { "accept-encoding": "identity", ...(have > 0 ? { range: `bytes=${have}-` } : {}) },
      signal: signal ? AbortSignal.any([signal, dead.signal]) : dead.signal,
    });
    const fault = faultOf(response, remote, have);
    if (fault !== undefined || response.body === null) {
      await response.body?.cancel();
      if (response.status === 206) await Deno.truncate(part); // another part than was asked for: all of it, next time
      throw fault ?? new Failed("the server answered with nothing");
    }
    const resumed = response.status === 206;
    const open = () => Deno.open(part, { write: true, create: true, append: resumed, truncate: !resumed });
    using file = await local(part, open);
    let done = resumed ? have : 0;
    progress?.(done, remote.size);
    for await (const chunk of response.body) {
      alive(chunk.length);
      if (done + chunk.length > remote.size) {
        await file.truncate(0);
        throw new Fatal(`the server sends more than the expected ${remote.size} bytes`);
      }
      await local(part, () => writeAll(file, chunk, part));
      done += chunk.length;
      progress?.(done, remote.size);
    }
    await local(part, () => file.sync());
    if (done < remote.size) throw new Failed(`the connection ended after ${done} of ${remote.size} bytes`);
  } finally {
    clearTimeout(timer);
  }
}

/** Bytes that a connection brings within the time of a stall, at least. */
const leastBytes = 4096;

/** What is wrong with an answer before its content is read; undefined where nothing is. */
function faultOf(response: Response, { url, size }: Remote | RemoteMd5, have: number): Failed | undefined {
  const { status, statusText, headers, ok } = response;
  if (url.startsWith("https:") && !response.url.startsWith("https:")) {
    return new Fatal(`the server leads to "${response.url}", which is not encrypted`);
  }
  if (!ok) {
    const text = `the server answered ${status} ${statusText}`.trimEnd();
    const changes = status < 400 || status >= 500 || [408, 416, 429].includes(status);
    return changes ? new Failed(text) : new Fatal(text);
  }
  const range = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(headers.get("content-range") ?? "")?.slice(1);
  if (status === 206) {
    const [first, last, total] = range ?? [];
    if (total !== undefined && total !== "*" && Number(total) !== size) {
      return new Fatal(`the file there has ${total} bytes, expected ${size}`);
    }
    const right = have > 0 && Number(first) === have && Number(last) === size - 1;
    return right ? undefined : new Failed("the server answered with another part of the file");
  }
  const length = headers.get("content-length");
  if (length !== null && Number(length) === size) return undefined;
  if (/^text\/html\b/i.test(headers.get("content-type") ?? "")) {
    return new Fatal("the server answered with a web page instead of the file");
  }
  const encoding = headers.get("content-encoding") ?? "identity";
  // Asked for without compression, the content is not decompressed either.
  if (encoding !== "identity") return new Fatal(`the server sends the file compressed with ${encoding.slice(0, 40)}`);
  return length === null ? undefined : new Fatal(`the file there has ${length} bytes, expected ${size}`);
}

async function checkPlaced(path: string, remote: Remote | RemoteMd5, signal?: AbortSignal): Promise<void> {
  const size = await sizeOf(path);
  const sum = size === remote.size ? await hashOf(path, remote, signal) : undefined;
  if (sum === expected(remote)) return;
  throw new DownloadError(`The file "${path}" is not the one expected`, [
    sum === undefined ? `it has ${size} bytes, expected ${remote.size}` : `its ${hashName(remote)} is ${sum}`,
    `expected ${hashName(remote)}: ${expected(remote)}`,
    `delete it, so that it is downloaded again from ${remote.url}`,
  ]);
}

function unavailable(path: string, remote: Remote | RemoteMd5, cause: unknown): DownloadError {
  return new DownloadError(`Cannot download "${remote.url}": ${reason(cause)}`, byHand(path, remote), { cause });
}

function unwritable(path: string, remote: Remote | RemoteMd5, cause: unknown): DownloadError {
  const { what, fix } = refusalOf(cause) ??
    { what: `Cannot write "${path}.part": ${reason(cause)}`, fix: "check the disk" };
  return new DownloadError(`Cannot download "${remote.url}": ${what.slice(0, 1).toLowerCase()}${what.slice(1)}`, [
    fix,
    "or name another folder for downloads in DENOISE_CACHE",
    ...byHand(path, remote),
  ], { cause });
}

function wrongContent(path: string, remote: Remote | RemoteMd5): DownloadError {
  return new DownloadError(
    `The download of "${remote.url}" is not the file expected: its ${hashName(remote)} differs`,
    ["the server holds another version of it, or it was changed on the way", ...byHand(path, remote)],
  );
}

/** How to do without the download. */
export function byHand(path: string, remote: Remote | RemoteMd5): string[] {
  return [
    `to place it by hand, put this file at: ${path}`,
    `address: ${remote.url}`,
    `size: ${remote.size} bytes`,
    `${hashName(remote)}: ${expected(remote)}`,
  ];
}

function hashName(remote: Remote | RemoteMd5): string {
  return "md5" in remote ? "MD5" : "SHA-256";
}

function expected(remote: Remote | RemoteMd5): string {
  return "md5" in remote ? remote.md5 : remote.sha256;
}

function hashOf(path: string, remote: Remote | RemoteMd5, signal?: AbortSignal): Promise<string> {
  return "md5" in remote ? md5OfFile(path, signal) : sha256OfFile(path, signal);
}

/** The innermost message, without the address: that of `fetch` alone says no more than "fetch failed". */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return "no connection";
  return error.cause instanceof Error ? reason(error.cause) : error.message.replace(/ for url \(\S+\)/, "");
}

function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => (clearTimeout(timer), reject(signal?.reason));
    const timer = setTimeout(() => (signal?.removeEventListener("abort", stop), resolve()), milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
