/**
 * Makes an executable of Linux that is Deno itself, and begins with words of ours: what the user types comes after them.
 * Started with "deno" as its first word it is Deno as it was.
 *
 * A few instructions in front of Deno's own put the words into the list of arguments. They lie, with the words, at the
 * end of the file, and are mapped by a header that only debuggers read (PT_NOTE). So nothing is unpacked before Deno
 * runs, and no shell, no other program and no compiler is needed, here or when it is made.
 */
import { type EntryCode, entryCodes } from "./entry_code.ts";

/** Pages are at most this large, in bytes: a part of a file is mapped at a multiple of it. */
const page = 2 ** 16;
const kinds = { load: 1, note: 4 } as const;
/** Bytes in the table of segments: of one, and of its parts from the start of it. */
const segment = { size: 56, flags: 4, offset: 8, address: 16, physical: 24, inFile: 32, inMemory: 40, align: 48 };

/** What is wrong with a file that was to be the base. */
export class BaseError extends Error {}

/**
 * The bytes of Deno, made to start with `words`.
 *
 * @param deno an executable of Linux, for x86-64 or AArch64
 * @param words without the name of the program; such as `["run", "program.js"]`
 * @throws {BaseError} where it is anything else
 */
export function startWith(deno: Uint8Array, words: readonly string[]): Uint8Array<ArrayBuffer> {
  const old = new DataView(deno.buffer, deno.byteOffset, deno.byteLength);
  const machine = elfMachine(deno);
  const code = machine === undefined ? undefined : entryCodes[machine];
  if (code === undefined) {
    throw new BaseError("Deno cannot be changed: it is no 64-bit executable of Linux for x86-64 or AArch64");
  }
  const segments = segmentsOf(old);
  const note = segments.findLast(({ kind }) => kind === kinds.note);
  const loads = segments.filter(({ kind }) => kind === kinds.load);
  // Segments that are mapped have to be in the order of their addresses.
  if (note === undefined || loads.some(({ at }) => at > note.at)) {
    throw new BaseError("Deno cannot be changed: it has no header to spare after those of its parts");
  }
  const offset = roundUp(deno.length, page);
  const address = roundUp(Math.max(...loads.map(({ end }) => end)), page);
  const start = startOf(code, words, Number(old.getBigUint64(24, true)) - address);
  const bytes = new Uint8Array(offset + start.length);
  bytes.set(deno);
  bytes.set(start, offset);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(24, BigInt(address), true); // where it starts
  view.setUint32(note.at, kinds.load, true);
  view.setUint32(note.at + segment.flags, 5, true); // to read and to run
  for (const [part, value] of [["offset", offset], ["address", address], ["physical", address]] as const) {
    view.setBigUint64(note.at + segment[part], BigInt(value), true);
  }
  for (const part of ["inFile", "inMemory"] as const) {
    view.setBigUint64(note.at + segment[part], BigInt(start.length), true);
  }
  view.setBigUint64(note.at + segment.align, BigInt(page), true);
  return bytes;
}

/** The processor that an executable of Linux is for; undefined for any other file. */
export function elfMachine(bytes: Uint8Array): string | undefined {
  if (bytes.length < 64 || ![0x7f, 0x45, 0x4c, 0x46, 2, 1].every((byte, i) => bytes[i] === byte)) return undefined;
  const number = bytes[18]! + 256 * bytes[19]!;
  return { 62: "x86_64", 183: "aarch64" }[number];
}

/** Instructions, and behind them: how many words, where Deno starts, where each word is, the words. */
function startOf({ instructions }: EntryCode, words: readonly string[], entry: number): Uint8Array {
  const table = instructions.length;
  const texts = words.map((word) => new TextEncoder().encode(`${word}\0`));
  const length = 16 + 8 * words.length;
  const bytes = new Uint8Array(table + length + texts.reduce((sum, text) => sum + text.length, 0));
  bytes.set(instructions);
  const view = new DataView(bytes.buffer);
  view.setBigInt64(table, BigInt(words.length), true);
  view.setBigInt64(table + 8, BigInt(entry - table), true);
  let at = length;
  texts.forEach((text, i) => {
    view.setBigInt64(table + 16 + 8 * i, BigInt(at), true);
    bytes.set(text, table + at);
    at += text.length;
  });
  return bytes;
}

function segmentsOf(view: DataView): { at: number; kind: number; end: number }[] {
  const first = Number(view.getBigUint64(32, true));
  const [size, count] = [view.getUint16(54, true), view.getUint16(56, true)];
  if (size !== segment.size || first + size * count > view.byteLength) {
    throw new BaseError("Deno cannot be changed: its headers are damaged");
  }
  return Array.from({ length: count }, (_, i) => {
    const at = first + i * size;
    const word = (part: number) => Number(view.getBigUint64(at + part, true));
    return { at, kind: view.getUint32(at, true), end: word(segment.address) + word(segment.inMemory) };
  });
}

const roundUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit;
