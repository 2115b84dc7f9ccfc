/** From the three official files to a list of pictures: fetched once, then read from one small index. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { files, type OpenTools } from "denoise/plugin";
import { readMat } from "./mat.ts";
import { fileName, type Sources } from "./sources.ts";
import { listTar, type TarEntry } from "./tar.ts";

/** A picture: where it lies in the archive, its label from 0, and which side of the split it is on. */
export interface Flower extends TarEntry {
  readonly label: number;
  readonly train: boolean;
}

/** All pictures, and the uncompressed archive that holds them. */
export interface FlowerIndex {
  readonly archive: string;
  readonly flowers: readonly Flower[];
}

interface IndexFile extends FlowerIndex {
  readonly version: 1;
  readonly sha256: string;
}

/**
 * Opens what is in the folder, downloading and unpacking what is not.
 *
 * @throws {files.DownloadError} when a file cannot be had: how to place it by hand stands in it
 */
export async function openIndex(sources: Sources, tools: OpenTools): Promise<FlowerIndex> {
  const path = join(tools.folder, "index.json");
  const known = await readIndex(path, sources);
  if (known) return known;

  if (!tools.download) await refuseWithout(sources, tools.folder);
  const [labelsPath, splitsPath, archivePath] = [
    await fetchFile(sources.labels, tools),
    await fetchFile(sources.splits, tools),
    await fetchFile(sources.archive, tools),
  ];
  const archive = await unpack(archivePath, tools);
  const flowers = arrange(
    await listTar(archive, tools.signal),
    readMat(await Deno.readFile(labelsPath)).get("labels")?.data,
    readMat(await Deno.readFile(splitsPath)),
  );
  const index: IndexFile = { version: 1, sha256: sources.archive.sha256, archive, flowers };
  await files.writeWhole(path, JSON.stringify(index));
  return index;
}

async function readIndex(path: string, sources: Sources): Promise<FlowerIndex | undefined> {
  try {
    const index: IndexFile = JSON.parse(await Deno.readTextFile(path));
    if (index.version !== 1 || index.sha256 !== sources.archive.sha256) return undefined;
    const last = index.flowers.reduce((end, { offset, size }) => Math.max(end, offset + size), 0);
    return (await Deno.stat(index.archive)).size >= last ? index : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function refuseWithout(sources: Sources, folder: string): Promise<void> {
  for (const remote of [sources.archive, sources.labels, sources.splits]) {
    const path = join(folder, fileName(remote));
    if (await Deno.stat(path).catch(() => undefined)) continue;
    throw new files.DownloadError(`The file "${fileName(remote)}" is not here, and nothing is downloaded now`, [
      "it is downloaded when training starts",
      ...files.byHand(path, remote),
    ]);
  }
}

async function fetchFile(remote: files.Remote, { folder, signal, progress }: OpenTools): Promise<string> {
  const path = join(folder, fileName(remote));
  await files.download(path, remote, {
    signal,
    progress: (done, total) => progress(`downloading ${fileName(remote)}`, done / 1e6, total / 1e6, "MB"),
  });
  return path;
}

/** The archive without its compression, in which any picture can be read by its place. */
async function unpack(path: string, { folder, signal, progress }: OpenTools): Promise<string> {
  using packed = await Deno.open(path);
  const start = new Uint8Array(2);
  await packed.read(start);
  if (start[0] !== 0x1f || start[1] !== 0x8b) return path; // Some servers send it uncompressed already.
  const target = join(folder, "102flowers.tar");
  await packed.seek(0, Deno.SeekMode.Start);
  const { size } = await packed.stat();
  let done = 0;
  const counted = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      signal.throwIfAborted();
      done += chunk.length;
      progress("unpacking 102flowers.tgz", done / 1e6, size / 1e6, "MB");
      controller.enqueue(chunk);
    },
  });
  await using file = await files.WholeFile.create(target);
  for await (const chunk of packed.readable.pipeThrough(counted).pipeThrough(new DecompressionStream("gzip"))) {
    await file.write(chunk);
  }
  await file.commit();
  return target;
}

/**
 * The pictures with labels, split as the references do: `train[:80%]+validation[:80%]+test[:80%]` of TensorFlow Datasets
 * to train on, the rest of each to measure. The same pictures as there: TensorFlow Datasets orders each of the three by
 * the MD5 of its name and the file's, and rounds to the closest count. (The references then shuffle with a buffer of ten
 * batches; the order of training is ours.)
 */
export function arrange(
  entries: readonly TarEntry[],
  labels: Float64Array | undefined,
  splits: ReadonlyMap<string, { readonly data: Float64Array }>,
): Flower[] {
  const byName = new Map(entries.map((entry) => [entry.name.split("/").at(-1)!, entry]));
  const flowers: Flower[] = [];
  for (const [split, key] of [["train", "trnid"], ["validation", "valid"], ["test", "tstid"]] as const) {
    const numbers = splits.get(key)?.data;
    if (!labels || !numbers) throw new Error(`The official lists lack "${labels ? key : "labels"}"`);
    const order = [...numbers].map((number) => ({ number, name: `image_${String(number).padStart(5, "0")}.jpg` }))
      .map((file) => ({ ...file, hash: createHash("md5").update(split + file.name).digest("hex") }))
      .sort((a, b) => (a.hash < b.hash ? -1 : 1));
    const cut = Math.round(order.length * 0.8);
    for (const [place, { number, name }] of order.entries()) {
      const entry = byName.get(name);
      const label = labels[number - 1];
      if (!entry || label === undefined) throw new Error(`The archive or the labels lack picture "${name}"`);
      flowers.push({ ...entry, label: label - 1, train: place < cut });
    }
  }
  return flowers;
}
