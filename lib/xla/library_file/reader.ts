/** Reading of the headers of libraries. */

/** A file, or a part of one. */
export interface Bytes {
  /** Bytes that there are. */
  readonly size: number;
  /** So many bytes from an offset. @throws Damage where the file has no such bytes */
  read(offset: number, length: number): DataView;
}

/** What makes a file useless; its message is a clause that begins with "it". */
export class Damage extends Error {
  /** Of a file that ends too early. */
  static cut(needed: number, size: number): Damage {
    return new Damage(`it is cut short: it has ${size} bytes, and its headers speak of ${needed}`);
  }
}

/** A 64-bit number. One beyond 2^53 is in no file: it becomes a number that is too large for any. */
export function word(view: DataView, offset: number): number {
  return Number(view.getBigUint64(offset, true));
}

/** @throws Damage unless a range lies within the file */
export function inside({ size }: Bytes, offset: number, length: number): void {
  if (offset + length > size) throw Damage.cut(offset + length, size);
}

/** @throws Damage of headers that contradict each other, unless something holds */
export function agree(holds: boolean, what: string): void {
  if (!holds) throw new Damage(`it is damaged: ${what}`);
}

/** Names of processors as people know them. */
export const processors: Readonly<Record<string, string>> = { x86_64: "x86-64", aarch64: "ARM64" };
