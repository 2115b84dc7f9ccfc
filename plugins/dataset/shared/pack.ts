/** Files taken out of an archive once: their bytes in one file, and a list of where each lies. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { files, z } from "denoise/plugin";

/** Raised when the form of the list changes: what was made before is then made again. */
const version = 2;

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

const member = z.object({ name: z.string(), offset: z.int().nonnegative(), size: z.int().nonnegative() });

/** Takes members in, one after the other. */
export interface Packer {
  /** Appends a file, in one piece or piece by piece. */
  add(name: string, content: Uint8Array | AsyncIterable<Uint8Array>): Promise<Member>;
  /** The bytes of a member that was added. */
  read(member: Member): Promise<Uint8Array>;
}

/**
 * The pack of a folder, where it is whole and was made from the same source. A damaged one counts as missing: it is made
 * again.
 *
 * @param key what `makePack` was told, or what is true of it
 * @param more what is kept of each member besides its place
 */
export async function openPack<More extends z.ZodRawShape = Record<never, never>>(
  folder: string,
  key: string | ((key: string) => boolean),
  more?: More,
): Promise<Pack<Member & z.infer<z.ZodObject<More>>> | undefined> {
  const path = join(folder, "pack.bin");
  await files.removeLeftovers(folder);
  try {
    const schema = z.object({
      version: z.literal(version),
      key: z.string().refine(typeof key === "string" ? (made) => made === key : key),
      content: z.string().optional(),
      items: z.array(member.extend(more ?? {})).min(1),
    });
    const found = schema.safeParse(JSON.parse(await Deno.readTextFile(join(folder, "pack.json"))));
    if (!found.success) return undefined;
    const items = found.data.items as unknown as (Member & z.infer<z.ZodObject<More>>)[];
    const end = items.reduce((end, { offset, size }) => Math.max(end, offset + size), 0);
    return (await Deno.stat(path)).size >= end ? { path, items, content: found.data.content } : undefined;
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
  await using file = await files.WholeFile.create(path);
  const hash = createHash("sha256");
  let end = 0;
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
  await files.writeWhole(join(folder, "pack.json"), JSON.stringify({ version, key, items, content }));
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
