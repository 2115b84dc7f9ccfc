/** Reads archives from start to end, tar (compressed or not) and zip, with progress. */
import { basename } from "node:path";
import { createTarDecoder } from "modern-tar";
// @ts-types="@types/yauzl"
import yauzl from "yauzl";
import { files, type OpenTools } from "denoise/plugin";
import { fetchAgain, unreadable } from "./remote.ts";

/** A file of an archive, whose content can be read before the next one is asked for. */
export interface ArchiveFile {
  readonly name: string;
  content(): AsyncIterable<Uint8Array>;
}

/** What an archive breaks a limit or a rule by. Its text continues a sentence: "it holds …". */
class Refused extends Error {}

/** Files of an archive: the largest data set has 200,000. */
const maxFiles = 1_000_000;
const maxName = 4096; // characters

/** Bytes that an archive may unpack to. Pictures are compressed already: the largest data set grows by a tenth. */
function mostOf(size: number): number {
  return 10 * size + 64 * 2 ** 20;
}

/**
 * The regular files of a tar archive, compressed with gzip or not, in the archive's order. Links and devices are passed
 * over.
 *
 * @throws {files.DownloadError} when it is damaged or cut short, unpacks to more than ten times its size, or holds a name
 *   twice or one that leads out of a folder
 */
export async function* readTar(
  path: string,
  { signal, progress }: Pick<OpenTools, "signal" | "progress">,
): AsyncGenerator<ArchiveFile> {
  const name = basename(path);
  const { size } = await Deno.stat(path);
  let done = 0;
  const counted = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      signal.throwIfAborted();
      done += chunk.length;
      progress(`unpacking ${name}`, done / 1e6, size / 1e6, "MB");
      controller.enqueue(chunk);
    },
  });
  const meter = new Meter(mostOf(size));
  const bounded = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      signal.throwIfAborted();
      meter.add(chunk.length);
      controller.enqueue(chunk);
    },
  });
  const names = new Names();
  try {
    const bytes = (await Deno.open(path)).readable.pipeThrough(counted);
    // Some servers send it uncompressed already.
    const plain = await isGzip(path) ? bytes.pipeThrough(new DecompressionStream("gzip")) : bytes;
    for await (const { header, body } of plain.pipeThrough(bounded).pipeThrough(createTarDecoder({ strict: true }))) {
      let taken = false;
      const content = () => (taken = true, readable(path, body, signal));
      if (header.type === "file") {
        names.add(header.name);
        yield { name: header.name, content };
      }
      if (!taken) await body.cancel(); // The next file comes only after this one.
    }
  } catch (error) {
    signal.throwIfAborted();
    throw damaged(path, error);
  }
}

/**
 * The files of a zip archive in the order of its directory.
 *
 * @throws {files.DownloadError} as `readTar`
 */
export async function* readZip(
  path: string,
  { signal, progress }: Pick<OpenTools, "signal" | "progress">,
): AsyncGenerator<ArchiveFile> {
  const name = basename(path);
  const { size } = await Deno.stat(path);
  const zip = await yauzl.openPromise(path, { autoClose: false }).catch((error) => {
    throw damaged(path, error);
  });
  const meter = new Meter(mostOf(size));
  const names = new Names();
  try {
    let done = 0;
    for await (const entry of zip.eachEntry()) {
      signal.throwIfAborted();
      progress(`unpacking ${name}`, ++done, zip.entryCount, "files");
      if (entry.fileName.endsWith("/")) continue;
      names.add(entry.fileName);
      yield { name: entry.fileName, content: () => readable(path, contentOf(zip, entry, meter), signal) };
    }
  } catch (error) {
    signal.throwIfAborted();
    throw damaged(path, error);
  } finally {
    zip.close();
  }
}

async function* contentOf(zip: yauzl.ZipFile, entry: yauzl.Entry, meter: Meter): AsyncGenerator<Uint8Array> {
  for await (const chunk of await zip.openReadStreamPromise(entry)) {
    meter.add(chunk.length);
    yield chunk;
  }
}

/** The content of a file, whose faults are those of the archive. */
async function* readable(
  path: string,
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    yield* content;
  } catch (error) {
    signal.throwIfAborted();
    throw damaged(path, error);
  }
}

/** Counts what an archive unpacks to. */
class Meter {
  #total = 0;
  constructor(private readonly most: number) {}

  add(bytes: number): void {
    this.#total += bytes;
    if (this.#total > this.most) throw new Refused(`unpacks to more than ${(this.most / 1e6).toFixed(0)} MB`);
  }
}

/** Names of the files of an archive: each once, and none that would lie outside the folder that it is unpacked to. */
class Names {
  readonly #seen = new Set<string>();

  add(name: string): void {
    const shown = JSON.stringify(name.slice(0, 100));
    if (name.length > maxName) throw new Refused(`holds a name of ${name.length} characters: ${shown} …`);
    if (name === "" || name.includes("\0")) throw new Refused(`holds a file without a usable name: ${shown}`);
    if (/^[/\\]|^[a-z]:|(^|[/\\])\.\.([/\\]|$)/i.test(name)) {
      throw new Refused(`holds a file whose name leads out of its folder: ${shown}`);
    }
    if (this.#seen.has(name)) throw new Refused(`holds ${shown} twice`);
    this.#seen.add(name);
    if (this.#seen.size > maxFiles) throw new Refused(`holds more than ${maxFiles.toLocaleString("en-US")} files`);
  }
}

async function isGzip(path: string): Promise<boolean> {
  using file = await Deno.open(path);
  const start = new Uint8Array(2);
  await file.read(start);
  return start[0] === 0x1f && start[1] === 0x8b;
}

function damaged(path: string, error: unknown): Error {
  if (files.isExplained(error)) return error; // It says already what is wrong.
  if (error instanceof Refused) return unreadable(path, `it ${error.message}`, fetchAgain, error);
  if (/^E(?!RR_)/.test((error as { code?: string }).code ?? "")) return error as Error; // the system's
  // What the libraries say is about their own insides.
  return unreadable(
    path,
    "it is not a readable archive: it is damaged, cut short, or something else",
    fetchAgain,
    error,
  );
}
