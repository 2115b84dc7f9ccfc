/** From the two official files of CelebA to a list of pictures with their split. */
import { basename, join } from "node:path";
import { files, type OpenTools, z } from "denoise/plugin";
import { readZip } from "../shared/archive.ts";
import { makePack, type Member, openPack, type Pack } from "../shared/pack.ts";
import { fetchAgain, fetchFile, fileName, isThere, refuseMissing, type Source, wrongLayout } from "../shared/remote.ts";

/** The two files that are needed. */
export interface Sources extends Readonly<Record<string, Source>> {
  readonly archive: Source;
  readonly partition: Source;
}

/** The official files: addresses, sizes and SHA-256 as TensorFlow Datasets 4.9.10 has them (celeb_a, 2.1.0). */
export const official: Sources = {
  archive: {
    name: "img_align_celeba.zip",
    url: "https://drive.google.com/uc?export=download&id=0B7EVK8r0v71pZjFTYXZWM3FlRnM",
    size: 1443490838,
    sha256: "46fb89443c578308acf364d7d379fe1b9efb793042c0af734b6112e4fd3a8c74",
  },
  partition: {
    name: "list_eval_partition.txt",
    url: "https://drive.google.com/uc?export=download&id=0B7EVK8r0v71pY0NSMzRuSXJEVkk",
    size: 2836386,
    sha256: "fc955bcb3ef8fbdf7d5640d9a8693a8431b5f2ee291a5c1449a1549e7e073fe7",
  },
};

/** A picture: where it lies in the pack, and which side of the split it is on. */
export interface Face extends Member {
  readonly train: boolean;
}

/**
 * Opens what is in the folder, unpacking what is not.
 *
 * @param mirrored whether the files may be downloaded: the official address serves a page for people, and has a quota
 * @throws {files.DownloadError} when a file is missing: it says where to place it by hand
 */
export async function openFaces(sources: Sources, mirrored: boolean, tools: OpenTools): Promise<Pack<Face>> {
  const key = sources.archive.sha256;
  const known = await openPack(tools.folder, key, { train: z.boolean() });
  if (known) return known;
  if (!mirrored) await refuseUnplaced(sources, tools);
  if (!tools.download) await refuseMissing([sources.archive, sources.partition], tools);
  const list = await fetchFile(sources.partition, tools);
  const archive = await fetchFile(sources.archive, tools);
  const sides = partition(await Deno.readTextFile(list));
  if (sides.size === 0) throw wrongLayout(list, `lines such as "000001.jpg 0"`, fetchAgain);
  return await makePack(tools.folder, key, async (packer) => {
    const faces: Face[] = [];
    const left = new Set(sides.keys());
    for await (const { name, content } of readZip(archive, tools)) {
      const file = basename(name);
      if (!left.delete(file)) continue;
      faces.push({ ...await packer.add(file, content()), train: sides.get(file)! });
    }
    const [lacking] = left;
    if (lacking !== undefined) throw wrongLayout(archive, `picture "${lacking}"`, fetchAgain);
    return faces.sort((a, b) => (a.name < b.name ? -1 : 1));
  });
}

/** Whether a picture is to be trained on, by its file's name. Part 2, the test split, is left out as in the reference. */
function partition(text: string): Map<string, boolean> {
  const lines = [...text.matchAll(/^(\S+\.jpg) ([012])\s*$/gm)].filter(([, , part]) => part !== "2");
  return new Map(lines.map(([, name, part]) => [name!, part === "0"]));
}

async function refuseUnplaced(sources: Sources, { folder }: OpenTools): Promise<void> {
  const missing: Source[] = [];
  for (const source of [sources.archive, sources.partition]) {
    if (!await isThere(join(folder, fileName(source)))) missing.push(source);
  }
  if (missing.length === 0) return;
  throw new files.DownloadError("Cannot download CelebA: its authors share it on a file hoster with a quota", [
    "fetch it with a browser, or name a folder on the web that has the files: dataset.mirror",
    ...missing.flatMap((source) => files.byHand(join(folder, fileName(source)), source)),
  ]);
}
