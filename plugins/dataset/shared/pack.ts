/** Files taken out of an archive once: their bytes in one file, and a list of where each lies. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { files } from "denoise/plugin";

/** Where the bytes of a file lie within a pack. */
export interface Member {
  readonly name: string;
  readonly offset: number; // bytes from the start of the pack
  readonly size: number; // bytes
}

/** A pack, and what is known of each of its members. */
export interface Pack<Item extends Member = Member> {
  readonly path: string;
  readonly items: readonly Item[];
  /** SHA-256 of the bytes; undefined for packs of earlier versions, which did not keep it. */
  readonly content?: string | undefined;
}

interface Index<Item extends Member> {
  readonly version: 2;
  readonly key: string;
  readonly items: readonly Item[];
  readonly content?: string | undefined;
}

/** Takes members in, one after the other. */
export interface Packer {
  /** Appends a file, in one piece or piece by piece. */
  add(name: string, content: Uint8Array | AsyncIterable<Uint8Array>): Promise<Member>;
  /** The bytes of a member that was added. */
  read(member: Member): Promise<Uint8Array>;
}

/**
 * The pack of a folder, where it is whole and was made from the same source.
 *
 * @param key what `makePack` was told, or what is true of it
 */
export async function openPack<Item extends Member>(
  folder: string,
  key: string | ((key: string) => boolean),
): Promise<Pack<Item> | undefined> {
  const fits = typeof key === "string" ? (made: string) => made === key : key;
  const path = join(folder, "pack.bin");
  try {
    const index: Index<Item> = JSON.parse(await Deno.readTextFile(join(folder, "pack.json")));
    if (index.version !== 2 || !fits(index.key)) return undefined;
    const end = index.items.reduce((end, { offset, size }) => Math.max(end, offset + size), 0);
    return (await Deno.stat(path)).size >= end ? { path, items: index.items, content: index.content } : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * Makes the pack of a folder. Both files appear whole or not at all, the list last: without it there is no pack.
 *
 * @param key what the pack is made from, such as the hash of an archive
 * @param fill adds the members and returns what is kept of them
 */
export async function makePack<Item extends Member>(
  folder: string,
  key: string,
  fill: (packer: Packer) => Promise<readonly Item[]>,
): Promise<Pack<Item>> {
  const path = join(folder, "pack.bin");
  await files.removeLeftovers(folder);
  await using file = await files.WholeFile.create(path);
  let end = 0;
  const hash = createHash("sha256");
  const items = await fill({
    async add(name, content) {
      const offset = end;
      for await (const bytes of content instanceof Uint8Array ? [content] : content) {
        await file.write(bytes);
        hash.update(bytes);
        end += bytes.length;
      }
      return { name, offset, size: end - offset };
    },
    read: (member) => readMember(file.temporary, member),
  });
  await Deno.remove(join(folder, "pack.json")).catch(() => {}); // It lists what the old pack held.
  await file.commit();
  const content = hash.digest("hex");
  const index: Index<Item> = { version: 2, key, items, content };
  await files.writeWhole(join(folder, "pack.json"), JSON.stringify(index));
  return { path, items, content };
}

/** The bytes of one member of a pack. */
export async function readMember(path: string, { offset, size }: Omit<Member, "name">): Promise<Uint8Array> {
  using file = await Deno.open(path);
  await file.seek(offset, Deno.SeekMode.Start);
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size;) {
    const read = await file.read(bytes.subarray(at));
    if (read === null) throw new Error(`The file "${path}" is cut short`);
    at += read;
  }
  return bytes;
}
