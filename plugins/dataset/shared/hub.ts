/** Datasets of pictures from the Hugging Face hub: its Parquet files are listed, downloaded, verified and unpacked once. */
import { basename, join } from "node:path";
import { type Dataset, files, image, type OpenTools, z } from "denoise/plugin";
import { makePack, type Member, openPack, type Pack, readMember } from "./pack.ts";
import { readParquetPictures } from "./parquet.ts";
import { fetchFile, type Source } from "./remote.ts";

/** Option of datasets from the hub. */
export const hub = z.url().default("https://huggingface.co").describe("address of the hub, or of a mirror");

/** A dataset of the hub, and what is made of its pictures. */
export interface HubDataset {
  /** Name of the plugin. */
  readonly name: string;
  /** Owner and name on the hub. */
  readonly repository: string;
  readonly imageSize: number;
  readonly hub: string;
  /** A square picture, not resized yet or of the size that is asked for. */
  shape(picture: image.Picture, side: number): image.Picture;
}

/** Every repository has its Parquet files on this branch, made by the hub itself, in one folder a configuration and split. */
const branch = "refs%2Fconvert%2Fparquet";

/**
 * The dataset from the hub. It has one split, which the reference both trains and measures on; pictures have no labels.
 */
export function hubDataset({ name, repository, imageSize: side, hub, shape }: HubDataset): Dataset {
  return {
    image: { height: side, width: side, channels: 3 },
    async open(tools) {
      const { path, items, content } = await openPictures(repository, hub.replace(/\/+$/, ""), tools);
      const all = [...items.keys()];
      return {
        fingerprint: JSON.stringify([name, 3, files.sha256(JSON.stringify(items)), content, side]),
        items: items.map(({ name }) => ({ name })),
        splits: { train: all, validation: all },
        measuresTraining: true,
        async pixels(index) {
          return shape(await image.decode(await readMember(path, items[index]!)), side).data;
        },
      };
    },
  };
}

async function openPictures(repository: string, hub: string, tools: OpenTools): Promise<Pack> {
  const paths = await placed(tools.folder);
  // Files that somebody has placed may be others than those that were unpacked; what is downloaded is verified.
  const key = paths.length === 0 ? repository : `${repository} ${await stateOf(paths)}`;
  const known = await openPack(tools.folder, (made) => made === key || (paths.length === 0 && isOf(made, repository)));
  if (known) return known;
  if (paths.length === 0) {
    if (!tools.download) {
      throw new files.DownloadError(`The files of "${repository}" are not here, and nothing is downloaded now`, [
        "they are downloaded when training starts",
        ...byHand(repository, hub, tools.folder),
      ]);
    }
    const folder = join(tools.folder, "hub");
    for (const source of await list(repository, hub, tools)) {
      paths.push(await fetchFile(source, { ...tools, folder }));
    }
  }
  return await makePack(tools.folder, key, async (packer) => {
    const members: Member[] = [];
    for (const path of paths) {
      for await (const picture of readParquetPictures(path, tools)) {
        members.push(await packer.add(`${basename(path)}/${picture.row}`, picture.bytes));
      }
    }
    return members;
  });
}

/** Whether a pack is of a repository, whether it was made from files that were placed or from downloads. */
function isOf(key: string, repository: string): boolean {
  return key === repository || key.startsWith(`${repository} `);
}

/** Digits that change when one of the files is replaced. */
async function stateOf(paths: readonly string[]): Promise<string> {
  const states = await Promise.all(paths.map(async (path) => {
    const { size, mtime, ctime, ino } = await Deno.stat(path);
    return [basename(path), size, mtime?.getTime(), ctime?.getTime(), ino];
  }));
  return files.sha256(JSON.stringify(states)).slice(0, 16);
}

/** Parquet files that somebody put into the folder. */
async function placed(folder: string): Promise<string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(folder));
    return entries.filter(({ name, isDirectory }) => !isDirectory && name.endsWith(".parquet"))
      .map(({ name }) => join(folder, name)).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Bytes of a list of files, and of the files of a data set: those that are used here have up to 3 GB. */
const maxList = 16 * 2 ** 20;
const maxDownload = 100e9;

/** The text of an answer, which may be without end. */
async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > maxList) throw new Error(`The list has more than ${maxList} characters`);
  }
  return text + decoder.decode();
}

/** What the hub says of each file: large ones, as these are, with the SHA-256 of their content. */
const listing = z.array(z.object({
  path: z.string(),
  lfs: z.object({ oid: z.string().regex(/^[0-9a-f]{64}$/), size: z.int().positive() }).optional(),
}));

/** The Parquet files of the training split, with sizes and hashes as the hub states them. */
async function list(repository: string, hub: string, { signal, folder }: OpenTools): Promise<Source[]> {
  const url = `${hub}/api/datasets/${repository}/tree/${branch}?recursive=true`;
  const refuse = (reason: string, cause?: unknown): never => {
    const what = `Cannot list the files of "${repository}" at "${url}": ${reason}`;
    throw new files.DownloadError(what, byHand(repository, hub, folder), { cause });
  };
  const stalled = AbortSignal.timeout(60_000);
  const ask = async () => {
    const response = await fetch(url, { signal: AbortSignal.any([signal, stalled]) });
    const status = `${response.status} ${response.statusText}`;
    return { ok: response.ok, status, body: await textOf(response) };
  };
  const { ok, status, body } = await ask().catch((error) => {
    signal.throwIfAborted();
    return refuse(error instanceof Error ? error.message : String(error), error);
  });
  if (!ok) refuse(`the server answered ${status}`.trimEnd());
  let entries: z.infer<typeof listing> = [];
  try {
    entries = listing.parse(JSON.parse(body));
  } catch (error) {
    refuse("the answer is not a list of files", error);
  }
  const found = entries.filter(({ path }) => /(^|\/)train\/[^/]+\.parquet$/.test(path))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  // One configuration: another one, where there is one, holds the same pictures otherwise.
  const configuration = (path: string) => path.split("/").slice(0, -1).join("/");
  const chosen = found.filter(({ path }) => configuration(path) === configuration(found[0]!.path));
  if (chosen.length === 0) refuse('it holds no Parquet files of split "train"');
  const total = chosen.reduce((sum, { lfs }) => sum + (lfs?.size ?? 0), 0);
  if (total > maxDownload) refuse(`its files have ${Math.round(total / 1e9)} GB, more than ${maxDownload / 1e9} GB`);
  return chosen.map(({ path, lfs }) => {
    if (lfs === undefined) return refuse(`"${path}" is listed without its SHA-256`);
    const address = `${hub}/datasets/${repository}/resolve/${branch}/${
      path.split("/").map(encodeURIComponent).join("/")
    }`;
    return { url: address, size: lfs.size, sha256: lfs.oid };
  });
}

function byHand(repository: string, hub: string, folder: string): string[] {
  return [
    `to place them by hand, put the Parquet files of its split "train" into: ${folder}`,
    `address: ${hub}/datasets/${repository}/tree/${branch}`,
  ];
}
