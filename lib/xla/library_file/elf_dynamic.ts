/** The dynamic table of an ELF file: where the loader finds symbols, relocations and initialisers. */
import type { Section, Segment } from "./elf.ts";
import { agree, type Bytes, word } from "./reader.ts";

/** Entries that say where something is, and how long, beside the section that says it too: by type, or by name. */
const places: readonly { what: string; at: number; bytes?: number; section: number | string }[] = [
  { what: "symbols", at: 6, section: 11 },
  { what: "hash table", at: 4, section: 5 },
  { what: "hash table", at: 0x6ffffef5, section: 0x6ffffff6 },
  { what: "versions of symbols", at: 0x6ffffff0, section: 0x6fffffff },
  { what: "versions that it needs", at: 0x6ffffffe, section: 0x6ffffffe },
  { what: "versions that it defines", at: 0x6ffffffc, section: 0x6ffffffd },
  { what: "relocations", at: 7, bytes: 8, section: ".rela.dyn" },
  { what: "relocations of calls", at: 23, bytes: 2, section: ".rela.plt" },
  { what: "relative relocations", at: 36, bytes: 35, section: 19 },
  { what: "initialisers", at: 25, bytes: 27, section: 14 },
  { what: "finalisers", at: 26, bytes: 28, section: 15 },
];

/** The function that is called first, and the one that is called last. */
const functions: readonly (readonly [tag: number, section: string])[] = [[12, ".init"], [13, ".fini"]];

/** Entries that have to be there where another is: sizes of an entry, the kind of relocations, the table of calls. */
const companions: readonly { tag: number; value?: number; with: number }[] = [
  { tag: 9, value: 24, with: 7 },
  { tag: 11, value: 24, with: 6 },
  { tag: 20, value: 7, with: 23 },
  { tag: 3, with: 23 },
  { tag: 37, value: 8, with: 36 },
];

/** Relocations that add nothing but the library's own place, by processor: they come first, and are counted. */
const relative: Readonly<Record<string, number>> = { x86_64: 8, aarch64: 1027 };

type Entry = readonly [tag: number, value: number];

/** What the table says under a tag. */
type Value = (tag: number) => number | undefined;

/** Entries that are places in the table of names: what it needs, its name, and where to look. */
const named = [1, 14, 15, 29];

/** @throws Damage where the table contradicts the segments, or the sections where there are any */
export function checkDynamic(
  file: Bytes,
  arch: string,
  segments: readonly Segment[],
  sections: readonly Section[],
): void {
  const { offset, fileSize } = segments.find(({ type }) => type === 2)!;
  agree(fileSize >= 16 && fileSize < 2 ** 16, "its dynamic table has no sensible size");
  const table = file.read(offset, fileSize - fileSize % 16);
  const entries: Entry[] = [];
  for (let at = 0; at < table.byteLength && word(table, at) !== 0; at += 16) {
    entries.push([word(table, at), word(table, at + 8)]);
  }
  agree(16 * entries.length < table.byteLength, "its dynamic table does not end");
  const value = (tag: number) => entries.find((entry) => entry[0] === tag)?.[1];
  const single = entries.map(([tag]) => tag).filter((tag) => tag !== 1);
  agree(new Set(single).size === single.length, "its dynamic table says something twice");
  for (const { tag, value: right, with: other } of companions) {
    const found = value(tag);
    const fits = found !== undefined && (right === undefined || found === right);
    agree(value(other) === undefined || fits, `entry ${tag} of its dynamic table is wrong`);
  }
  const names = value(5), length = value(10);
  agree(names !== undefined && length !== undefined && value(6) !== undefined, "it has no table of symbols");
  agree(isLoaded(segments, names!, length!), "its names of symbols are not loaded");
  for (const [tag, at] of entries) if (named.includes(tag)) agree(at < length!, "a name is not in its table of names");
  for (const { what, at, bytes } of places) {
    const place = value(at);
    if (place === undefined) continue;
    agree(isLoaded(segments, place, bytes === undefined ? 1 : value(bytes) ?? -1), `its ${what} are not loaded`);
  }
  checkRelative(file, segments, arch, value);
  checkNeeded(file, segments, entries, value);
  if (sections.length > 0) checkSections(value, sections);
}

/** The last of the relocations that the table counts as relative is one. */
function checkRelative(file: Bytes, segments: readonly Segment[], arch: string, value: Value): void {
  const count = value(0x6ffffff9) ?? 0;
  if (count === 0) return;
  agree(count * 24 <= (value(8) ?? 0), "its relocations are fewer than it says");
  const at = value(7)! + 24 * (count - 1);
  const { address, offset } = segments.find((one) => holds(one, at, 24))!;
  const kind = file.read(offset + at - address, 24).getUint32(8, true);
  agree(kind === (relative[arch] ?? kind), "its relocations are of other kinds than it says");
}

/** Each library that it needs a version of is among those that it needs. */
function checkNeeded(file: Bytes, segments: readonly Segment[], entries: readonly Entry[], value: Value): void {
  const [start, count = 0] = [value(0x6ffffffe), value(0x6fffffff)];
  if (start === undefined) return;
  const needed = entries.filter(([tag]) => tag === 1).map(([, name]) => name);
  let at = start;
  for (let i = 0; i < count; i++) {
    const of = segments.find((one) => holds(one, at, 16));
    agree(of !== undefined, "its versions are not loaded");
    const version = file.read(of!.offset + at - of!.address, 16);
    const [name, next] = [version.getUint32(4, true), version.getUint32(12, true)];
    agree(needed.includes(name), "it needs a version of a library that it does not name");
    agree((next === 0) === (i === count - 1), "its versions are more or fewer than it says");
    at += next;
  }
}

function checkSections(value: Value, sections: readonly Section[]): void {
  for (const { what, at, bytes, section } of places) {
    const found = sections.find(({ name, type, size, flags }) =>
      (name === section || type === section) && size > 0 && (flags & 2) !== 0
    );
    if (found === undefined && value(at) === undefined) continue;
    if (found === undefined && typeof section === "string") continue; // linkers may name it otherwise
    const fits = value(at) === found?.address && (bytes === undefined || value(bytes) === found?.size);
    agree(fits, `its ${what} lie elsewhere`);
  }
  checkFunctions(value, sections);
  const gots = sections.filter(({ name }) => [".got", ".got.plt"].includes(name)).map(({ address }) => address);
  agree(value(3) === undefined || gots.length === 0 || gots.includes(value(3)!), "its table of calls lies elsewhere");
  const symbols = sections.find(({ type }) => type === 11);
  const names = symbols && sections[symbols.link];
  agree(names?.address === value(5) && names?.size === value(10), "its names of symbols lie elsewhere");
}

/** Both begin their sections. Some tools name others instead, in the code, and then both. */
function checkFunctions(value: Value, sections: readonly Section[]): void {
  const kinds = functions.flatMap(([tag, name]) => {
    const at = value(tag);
    if (at === undefined) return [];
    const holder = sections.find((one) => at >= one.address && at < one.address + one.size && (one.flags & 4) !== 0);
    return holder?.name === name && at === holder.address
      ? "usual"
      : holder?.name.startsWith(".text")
      ? "other"
      : "none";
  });
  agree(!kinds.includes("none") && new Set(kinds).size <= 1, "its first or last function lies elsewhere");
}

function isLoaded(segments: readonly Segment[], address: number, length: number): boolean {
  return length >= 0 && segments.some((one) => holds(one, address, length));
}

function holds({ type, address: start, size }: Segment, address: number, length: number): boolean {
  return type === 1 && address >= start && address + length <= start + size;
}
