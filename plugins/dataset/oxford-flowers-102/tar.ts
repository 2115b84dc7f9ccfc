/** Finds files within a tar archive, so that each can be read from its place: nothing is unpacked. */

/** Where the bytes of a file lie within an archive. */
export interface TarEntry {
  readonly name: string;
  readonly offset: number; // bytes from the start of the archive
  readonly size: number; // bytes
}

/**
 * The regular files of an archive (POSIX ustar; names of up to 255 characters).
 *
 * @throws {Error} when a header is damaged or the archive is cut short
 */
export async function listTar(path: string, signal?: AbortSignal): Promise<TarEntry[]> {
  const entries: TarEntry[] = [];
  using file = await Deno.open(path);
  const { size: end } = await file.stat();
  const header = new Uint8Array(512);
  for (let at = 0; at + 512 <= end;) {
    signal?.throwIfAborted();
    await file.seek(at, Deno.SeekMode.Start);
    await readFully(file, header);
    if (header.every((byte) => byte === 0)) break; // Two empty blocks end an archive.
    const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
    if (octal(header.subarray(148, 156)) !== sum) throw new Error(`The archive "${path}" is damaged at byte ${at}`);
    const size = octal(header.subarray(124, 136));
    if (at + 512 + size > end) throw new Error(`The archive "${path}" is cut short at byte ${end}`);
    const type = header[156];
    if (type === 0 || type === 48) {
      const prefix = text(header.subarray(257, 262)) === "ustar" ? text(header.subarray(345, 500)) : "";
      const name = text(header.subarray(0, 100));
      entries.push({ name: prefix ? `${prefix}/${name}` : name, offset: at + 512, size });
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return entries;
}

/** The bytes of one file of an archive. */
export async function readEntry(path: string, { offset, size }: TarEntry): Promise<Uint8Array> {
  using file = await Deno.open(path);
  await file.seek(offset, Deno.SeekMode.Start);
  return await readFully(file, new Uint8Array(size));
}

async function readFully(file: Deno.FsFile, target: Uint8Array): Promise<Uint8Array> {
  for (let at = 0; at < target.length;) {
    const read = await file.read(target.subarray(at));
    if (read === null) throw new Error("The archive is cut short");
    at += read;
  }
  return target;
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).replace(/\0.*$/s, "");
const octal = (bytes: Uint8Array) => parseInt(text(bytes).trim() || "0", 8);
