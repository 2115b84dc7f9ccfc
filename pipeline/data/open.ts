/** Opens a dataset: decodes its pictures once into a file of bytes, and only reads that file from then on. */
import { basename, join } from "node:path";
import {
  cacheFolder,
  isExplained,
  refusalOf,
  removeLeftovers,
  removeScratch,
  scratchFolder,
  sha256,
} from "../../lib/files/mod.ts";
import { codecVersion } from "../../lib/image/mod.ts";
import type { Dataset, OpenDataset } from "../kinds/dataset.ts";
import { brokenPictures, datasetUnavailable, emptySplit, wrongPicture } from "../problems/messages/data.ts";
import { counted, type Message } from "../problems/messages/text.ts";
import { DenoiseError, type Problem } from "../problems/problem.ts";
import { digestOf } from "./digest.ts";
import type { Progress } from "../terminal/bar.ts";
import { meter } from "../terminal/meter.ts";
import { pruneStores, touch } from "./prune.ts";
import { Store, StoreWriter } from "./store.ts";
import type { DataRecord, PictureRecord, Pictures, PictureSet } from "./types.ts";

/** How a dataset is opened. */
export interface OpenPicturesOptions {
  /** Name of the dataset plugin: what it downloads goes into a folder of this name. */
  readonly name: string;
  /** Folder for downloads and decoded pictures. Default: the user's cache folder. */
  readonly cache?: string;
  /** False forbids downloads. Default true. */
  readonly download?: boolean;
  /** Aborting it stops the work. */
  readonly signal?: AbortSignal;
  /** Called while pictures are downloaded and decoded, at most ten times a second. */
  readonly progress?: (progress: Progress) => void;
  /** Called with what a user should know, such as pictures that are skipped. */
  readonly warn?: (message: string) => void;
  /** Adds the place in the recipe; `option` is the option of the dataset that has to change, if one has. */
  readonly problem?: (text: Message, option?: string) => Problem;
  /** Decoded pictures are held in memory up to this many bytes. Default 1 GB. */
  readonly memoryLimit?: number;
}

/** Pictures that are asked for at the same time; the codec has threads of its own, and lets large ones wait. */
const inFlight = 8;
/** Part of the key of every file of decoded pictures: raise it when decoding or resizing changes. */
const version = 2;

/**
 * Opens a dataset for training.
 *
 * @throws {DenoiseError} when it cannot be opened, too many pictures are broken, or none is left to train on
 */
export async function openPictures(dataset: Dataset, options: OpenPicturesOptions): Promise<Pictures> {
  const { name, cache = cacheFolder(), download = true, memoryLimit = 1e9, problem = (text: Message) => text } =
    options;
  const signal = options.signal ?? new AbortController().signal;
  const warn = options.warn ?? (() => {});
  const progress = meter(options.progress);
  const folder = join(cache, "datasets", name);
  const opened = await dataset.open({ folder, download, signal, progress, warn }).catch((error) => {
    signal.throwIfAborted();
    throw explainFailure(error, problem);
  });

  const { height, width, channels } = dataset.image;
  const expected = { count: opened.items.length, pictureBytes: height * width * channels };
  const key = sha256(JSON.stringify([version, codecVersion, name, height, width, channels, opened.fingerprint])).slice(
    0,
    24,
  );
  const path = join(cache, "pictures", `${name}-${width}x${height}-${key}.bin`);
  await removeLeftovers(join(cache, "pictures"));
  let store = readable(() => Store.open(path, expected, memoryLimit));
  if (store === undefined) {
    await pruneStores(join(cache, "pictures"));
    const decode = async (path: string) => {
      await decodeAll(path, opened, expected.pictureBytes, { signal, progress, problem });
      return Store.open(path, expected, memoryLimit);
    };
    store = await decode(path).catch((error) => withoutCache(path, error, decode, warn));
    if (store === undefined) throw new Error(`Cannot read back the decoded pictures in "${path}"`);
  }
  await touch(path);

  const { broken } = store;
  const allowed = allowedBroken(opened);
  if (broken.length > allowed) { // of an earlier run that allowed more
    const text = brokenPictures(broken, opened.items.length, allowed);
    store[Symbol.dispose]();
    throw new DenoiseError(problem(text, "broken_limit"));
  }
  for (const { name, reason } of broken.slice(0, 5)) warn(`Skipped "${name}": ${reason}`);
  if (broken.length > 5) warn(`Skipped ${counted(broken.length - 5, "more picture")}`);
  const gone = new Set(broken.map(({ index }) => index));
  const usable = (indices: readonly number[]) => indices.filter((index) => !gone.has(index));
  const splits = { train: usable(opened.splits.train), validation: usable(opened.splits.validation) };
  const train = pictureSet(store, opened, dataset.image, splits.train);
  const validation = pictureSet(store, opened, dataset.image, splits.validation);
  if (train.count === 0) {
    store[Symbol.dispose]();
    throw new DenoiseError(problem(emptySplit(validation.count, broken.length)));
  }
  const record = (): DataRecord => ({
    train: records(store, opened, splits.train, train.labels),
    validation: records(store, opened, splits.validation, validation.labels),
  });
  return {
    train,
    validation,
    digest: digestOf(record()),
    record,
    ...(opened.classes ? { classes: opened.classes } : {}),
    measuresTraining: opened.measuresTraining ?? false,
    skipped: broken.map(({ name, reason }) => ({ name, reason })),
    [Symbol.asyncDispose]: () => Promise.resolve(store[Symbol.dispose]()),
  };
}

/** What a cache holds; nothing where the disk does not give it: it can be made again. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (refusalOf(error) === undefined) throw error;
    return undefined;
  }
}

/** Decodes for this process alone where the cache cannot be written to: all in it can be made again. */
async function withoutCache(
  path: string,
  error: unknown,
  decode: (path: string) => Promise<Store | undefined>,
  warn: (message: string) => void,
): Promise<Store | undefined> {
  const what = error instanceof Unreadable
    ? undefined
    : error instanceof Deno.errors.NotCapable
    ? `Cannot write "${path}": Deno does not permit it`
    : refusalOf(error)?.what;
  if (what === undefined) throw error instanceof Unreadable ? error.cause : error;
  warn(
    `${what}: pictures are decoded for this run alone. To keep them, name another folder in DENOISE_CACHE`,
  );
  const folder = await scratchFolder();
  try {
    return await decode(join(folder, basename(path)));
  } finally {
    // It is open, or read: only Windows keeps its name until it is closed.
    await removeScratch(folder);
  }
}

/** A picture that the disk does not give: it is not broken, and leaving it out would change the data without need. */
class Unreadable extends Error {}

function pictureSet(
  store: Store,
  opened: OpenDataset,
  shape: Dataset["image"],
  indices: readonly number[],
): PictureSet {
  const places = Int32Array.from(indices);
  const labels = indices.map((index) => opened.items[index]!.label);
  return {
    count: places.length,
    shape,
    ...(opened.classes && labels.every((label) => label !== undefined) ? { labels: Int32Array.from(labels) } : {}),
    read: (index, target, offset) => store.read(places[index]!, target, offset),
  };
}

function records(
  store: Store,
  { items }: OpenDataset,
  indices: readonly number[],
  labels: Int32Array | undefined,
): PictureRecord[] {
  return indices.map((index, i) => ({
    name: items[index]!.name,
    content: store.hash(index).toHex(),
    ...(labels === undefined ? {} : { label: labels[i]! }),
  }));
}

/** Pictures that may fail to decode. */
function allowedBroken({ items, brokenLimit = 0.01 }: OpenDataset): number {
  return Math.ceil(brokenLimit * items.length);
}

async function decodeAll(
  path: string,
  opened: OpenDataset,
  pictureBytes: number,
  { signal, progress, problem }: {
    signal: AbortSignal;
    progress: (what: string, done: number, total: number, unit: string) => void;
    problem: (text: Message, option?: string) => Problem;
  },
): Promise<void> {
  const { items } = opened;
  const allowed = allowedBroken(opened);
  const decode = async (index: number) => {
    try {
      return await opened.pixels(index);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound) && refusalOf(error)) {
        throw new Unreadable(undefined, { cause: error });
      }
      return { name: items[index]!.name, reason: error instanceof Error ? error.message : String(error) };
    }
  };
  await using writer = await StoreWriter.create(path, pictureBytes);
  const window: ReturnType<typeof decode>[] = [];
  for (let next = 0, done = 0; done < items.length; done++) {
    while (next < items.length && window.length < inFlight) {
      const picture = decode(next++);
      picture.catch(() => {}); // seen when its turn comes, unless one before it fails
      window.push(picture);
    }
    const picture = await window.shift()!;
    signal.throwIfAborted();
    if (picture instanceof Uint8Array && picture.length !== pictureBytes) {
      throw new DenoiseError(problem(wrongPicture(items[done]!.name, picture.length, pictureBytes)));
    }
    await writer.add(picture);
    if (writer.broken.length > allowed) {
      throw new DenoiseError(problem(brokenPictures(writer.broken, items.length, allowed), "broken_limit"));
    }
    progress("decoding pictures", done + 1, items.length, "pictures");
  }
  await writer.commit();
}

/** What a plugin threw as a problem, where it says what to do; as it is otherwise. Plugins cannot import `DenoiseError`. */
export function explainFailure(error: unknown, problem: (text: Message, option?: string) => Problem): unknown {
  if (!isExplained(error)) return error;
  return new DenoiseError(problem(datasetUnavailable(error.message, error.help), error.option), { cause: error });
}
