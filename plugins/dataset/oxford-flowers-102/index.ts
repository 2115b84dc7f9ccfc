/** From the three official files to a list of pictures: fetched once, then read from one small index. */
import { createHash } from "node:crypto";
import { type OpenTools, z } from "denoise/plugin";
import { readTar } from "../shared/archive.ts";
import { BadMat, type MatArray, readMat } from "../shared/mat.ts";
import { makePack, type Member, openPack, type Pack } from "../shared/pack.ts";
import { fetchAgain, fetchFile, refuseMissing, unreadable, wrongLayout } from "../shared/remote.ts";
import type { Sources } from "./sources.ts";

/** A picture: where it lies in the pack, its label from 0, and which side of the split it is on. */
export interface Flower extends Member {
  readonly label: number;
  readonly train: boolean;
}

/**
 * Opens what is in the folder, downloading and unpacking what is not.
 *
 * @throws {files.DownloadError} when a file is unavailable: it says how to place it by hand
 */
export async function openFlowers(sources: Sources, tools: OpenTools): Promise<Pack<Flower>> {
  const key = sources.archive.sha256;
  const known = await openPack(tools.folder, key, { label: z.int().nonnegative(), train: z.boolean() });
  if (known) return known;
  if (!tools.download) await refuseMissing([sources.archive, sources.labels, sources.splits], tools);
  const [labels, splits, archive] = [
    await fetchFile(sources.labels, tools),
    await fetchFile(sources.splits, tools),
    await fetchFile(sources.archive, tools),
  ];
  const list = (await readArrays(labels)).get("labels")?.data;
  const sides = await readArrays(splits);
  return await makePack(tools.folder, key, async (packer) => {
    const members: Member[] = [];
    for await (const { name, content } of readTar(archive, tools)) {
      if (name.endsWith(".jpg")) members.push(await packer.add(name, content()));
    }
    return arrange(members, list, sides, archive);
  });
}

async function readArrays(path: string): Promise<Map<string, MatArray>> {
  try {
    return readMat(await Deno.readFile(path));
  } catch (error) {
    throw error instanceof BadMat ? unreadable(path, `it ${error.reason}`, fetchAgain, error) : error;
  }
}

/**
 * The pictures with labels, split as the references do: `train[:80%]+validation[:80%]+test[:80%]` of TensorFlow Datasets
 * to train on, the rest of each to measure. The same pictures as there: TensorFlow Datasets orders each of the three by
 * the MD5 of its name and the file's, and rounds to the closest count. (The references then shuffle with a buffer of ten
 * batches; the order of training is ours.)
 */
export function arrange(
  members: readonly Member[],
  labels: Float64Array | undefined,
  splits: ReadonlyMap<string, { readonly data: Float64Array }>,
  archive: string,
): Flower[] {
  const byName = new Map(members.map((member) => [member.name.split("/").at(-1)!, member]));
  const flowers: Flower[] = [];
  for (const [split, key] of [["train", "trnid"], ["validation", "valid"], ["test", "tstid"]] as const) {
    const numbers = splits.get(key)?.data;
    if (!labels || !numbers) throw wrongLayout(archive, `the list "${labels ? key : "labels"}" beside it`, fetchAgain);
    const order = [...numbers].map((number) => ({ number, name: `image_${String(number).padStart(5, "0")}.jpg` }))
      .map((file) => ({ ...file, hash: createHash("md5").update(split + file.name).digest("hex") }))
      .sort((a, b) => (a.hash < b.hash ? -1 : 1));
    const cut = Math.round(order.length * 0.8);
    for (const [place, { number, name }] of order.entries()) {
      const member = byName.get(name);
      const label = labels[number - 1];
      if (!member || label === undefined) throw wrongLayout(archive, `"${name}" or its label`, fetchAgain);
      flowers.push({ ...member, label: label - 1, train: place < cut });
    }
  }
  return flowers;
}
