/** Reads archives from start to end, tar (compressed or not) and zip, with progress. */
import { basename } from "node:path";
import { createTarDecoder } from "modern-tar";
// @ts-types="@types/yauzl"
import yauzl from "yauzl";
import type { OpenTools } from "denoise/plugin";
import { fetchAgain, wrongLayout } from "./remote.ts";

/** A file of an archive, whose content can be read before the next one is asked for. */
export interface ArchiveFile {
  readonly name: string;
  content(): AsyncIterable<Uint8Array>;
}

/**
 * The regular files of a tar archive, compressed with gzip or not, in the archive's order.
 *
 * @throws {files.DownloadError} when it is damaged or cut short
 */
export async function* readTar(path: string, { signal, progress }: OpenTools): AsyncGenerator<ArchiveFile> {
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
  const bytes = (await Deno.open(path)).readable.pipeThrough(counted);
  // Some servers send it uncompressed already.
  const plain = await isGzip(path) ? bytes.pipeThrough(new DecompressionStream("gzip")) : bytes;
  try {
    for await (const { header, body } of plain.pipeThrough(createTarDecoder({ strict: true }))) {
      let taken = false;
      const content = () => (taken = true, readable(path, body, signal));
      if (header.type === "file") yield { name: header.name, content };
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
 * @throws {files.DownloadError} when it is damaged or cut short
 */
export async function* readZip(path: string, { signal, progress }: OpenTools): AsyncGenerator<ArchiveFile> {
  const name = basename(path);
  const zip = await yauzl.openPromise(path, { autoClose: false }).catch((error) => {
    throw damaged(path, error);
  });
  try {
    let done = 0;
    for await (const entry of zip.eachEntry()) {
      signal.throwIfAborted();
      progress(`unpacking ${name}`, ++done, zip.entryCount, "files");
      if (!entry.fileName.endsWith("/")) {
        yield { name: entry.fileName, content: () => readable(path, contentOf(zip, entry), signal) };
      }
    }
  } catch (error) {
    signal.throwIfAborted();
    throw damaged(path, error);
  } finally {
    zip.close();
  }
}

async function* contentOf(zip: yauzl.ZipFile, entry: yauzl.Entry): AsyncGenerator<Uint8Array> {
  yield* await zip.openReadStreamPromise(entry);
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

async function isGzip(path: string): Promise<boolean> {
  using file = await Deno.open(path);
  const start = new Uint8Array(2);
  await file.read(start);
  return start[0] === 0x1f && start[1] === 0x8b;
}

function damaged(path: string, error: unknown): Error {
  if (error instanceof Error && "help" in error) return error; // It says already what is wrong.
  return wrongLayout(path, `a readable archive (${error instanceof Error ? error.message : error})`, fetchAgain);
}
