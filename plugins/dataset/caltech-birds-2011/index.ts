/** From the official archive of birds to a list of pictures with species, bounding box and split. */
import { basename } from "node:path";
import { type OpenTools, z } from "denoise/plugin";
import { readTar } from "../shared/archive.ts";
import { makePack, type Member, openPack, type Pack } from "../shared/pack.ts";
import { fetchAgain, fetchFile, refuseMissing, type Source, wrongLayout } from "../shared/remote.ts";
import type { Box } from "./box.ts";

/** A picture: where it lies in the pack, and what the lists of the archive say of it. */
export interface Bird extends Member {
  readonly label: number;
  readonly train: boolean;
  readonly box: Box;
}

/** The same, as it is kept in the list of the pack. */
const said = {
  label: z.int().nonnegative(),
  train: z.boolean(),
  box: z.object({ x: z.number(), y: z.number(), width: z.number().positive(), height: z.number().positive() }),
};

/** Lists of the archive, one line a picture: its number and what is said of it. */
const lists = ["images.txt", "train_test_split.txt", "bounding_boxes.txt"] as const;

/**
 * Opens what is in the folder, downloading and unpacking what is not.
 *
 * @throws {files.DownloadError} when the archive is unavailable, or is laid out otherwise
 */
export async function openBirds(
  source: Source,
  tools: OpenTools,
): Promise<Pack<Bird> & { readonly classes: readonly string[] }> {
  const pack = await openPack(tools.folder, source.sha256, said) ?? await unpack(source, tools);
  // Folders are named after species, "001.Black_footed_Albatross" being the first.
  const folders = [...new Set(pack.items.map(({ name }) => name.split("/").at(-2)!))].sort();
  const classes: string[] = Array.from({ length: Math.max(...folders.map(numberOf)) }, (_, i) => `species ${i + 1}`);
  for (const folder of folders) classes[numberOf(folder) - 1] = folder.replace(/^\d+\./, "").replaceAll("_", " ");
  return { ...pack, classes };
}

const numberOf = (folder: string) => parseInt(folder, 10);

async function unpack(source: Source, tools: OpenTools): Promise<Pack<Bird>> {
  if (!tools.download) await refuseMissing([source], tools);
  const archive = await fetchFile(source, tools);
  return await makePack(tools.folder, source.sha256, async (packer) => {
    const members = new Map<string, Member>();
    const rows = new Map<string, Map<string, string[]>>();
    for await (const { name, content } of readTar(archive, tools)) {
      const list = lists.find((list) => list === basename(name));
      if (list === undefined && !/(^|\/)images\/.*\.jpg$/.test(name)) continue;
      const member = await packer.add(name, content());
      if (list === undefined) members.set(name.split("/").slice(-2).join("/"), member);
      else rows.set(list, rowsOf(new TextDecoder().decode(await packer.read(member))));
    }
    const [images, splits, boxes] = lists.map((list) => {
      const found = rows.get(list);
      if (found === undefined) throw wrongLayout(archive, `"${list}"`, fetchAgain);
      return found;
    }) as [Map<string, string[]>, Map<string, string[]>, Map<string, string[]>];
    return [...images].map(([number, [name = ""]]): Bird => {
      const member = members.get(name);
      const [side] = splits.get(number) ?? [];
      const [x, y, width, height] = boxes.get(number)?.map(Number) ?? [];
      if (member === undefined) throw wrongLayout(archive, `picture "${name}"`, fetchAgain);
      if (side === undefined || !((width ?? 0) > 0 && (height ?? 0) > 0)) {
        throw wrongLayout(archive, `split or bounding box of picture "${name}"`, fetchAgain);
      }
      const box = { x: x!, y: y!, width: width!, height: height! };
      return { ...member, label: numberOf(name) - 1, train: side === "1", box };
    });
  });
}

/** Lines such as "12 60.0 27.0 325.0 304.0", by their first word. */
function rowsOf(text: string): Map<string, string[]> {
  const lines = text.split("\n").map((line) => line.trim().split(/\s+/)).filter(([first]) => first !== "");
  return new Map(lines.map(([first, ...rest]) => [first!, rest]));
}
