/**
 * ELF files: whether the headers of a shared library fit the file, and each other. What the loader goes by (segments and
 * the dynamic table) is written a second time for linkers and debuggers (sections), so that damage shows.
 */
import { checkDynamic } from "./elf_dynamic.ts";
import { agree, type Bytes, inside, processors, word } from "./reader.ts";

/** A part of the file as the loader maps it, or an address range that it treats in some way. */
export interface Segment {
  readonly type: number;
  /** Bits: 1 executable, 2 writable, 4 readable. */
  readonly flags: number;
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
  readonly size: number;
  readonly align: number;
}

/** A part of the file as the linker made it. */
export interface Section {
  readonly name: string;
  readonly type: number;
  /** Bits: 1 writable, 2 in memory, 4 executable, 0x400 of each thread its own. */
  readonly flags: number;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
}

const machines: Readonly<Record<number, string>> = { 3: "x86", 40: "arm", 62: "x86_64", 183: "aarch64" };
const [load, dynamic, note, table, tls, ehFrame, relro, property] = [
  1,
  2,
  4,
  6,
  7,
  0x6474e550,
  0x6474e552,
  0x6474e553,
] as const;
/** Kinds of segments that the loader looks at in what it has loaded. */
const looked: readonly number[] = [dynamic, note, table, tls, ehFrame, relro, property];
const noBits = 8; // a section without bytes in the file
const mostEntries = 4096; // of a table: libraries have some dozens
const mostAddress = 2 ** 47;

/** @returns why the loader would not take the file, or what is wrong in it. @throws Damage as well */
export function faultOfElf(file: Bytes, arch: string): string | undefined {
  const header = file.read(0, 64);
  if (header.getUint8(4) === 1) return "it is built for 32-bit processors";
  agree(header.getUint8(4) === 2 && header.getUint8(5) === 1, "its first bytes say neither 64 bits nor their order");
  const kind = header.getUint16(16, true);
  if (kind === 1 || kind === 2) return `it is ${kind === 1 ? "an object file" : "a program"}, not a shared library`;
  agree(kind === 3, `its type is ${kind}, and that of shared libraries 3`);
  const number = header.getUint16(18, true), machine = machines[number];
  if (machine !== arch) {
    const named = machine === undefined
      ? `another processor (number ${number} in ELF)`
      : processors[machine] ?? machine;
    return `it is built for ${named}, and this processor is ${processors[arch] ?? arch}`;
  }
  const sections = sectionsOf(file, header); // the last thing in most files: its end tells how long the file was
  const segments = segmentsOf(file, header);
  checkSegments(file, segments);
  if (sections.length > 0) checkSections(segments, sections);
  checkDynamic(file, arch, segments, sections);
  return undefined;
}

function segmentsOf(file: Bytes, header: DataView): Segment[] {
  const [count, size, start] = [header.getUint16(56, true), header.getUint16(54, true), word(header, 32)];
  agree(
    size === 56 && count > 0 && count <= mostEntries,
    `its table of segments has ${count} entries of ${size} bytes`,
  );
  const entries = file.read(start, 56 * count);
  return Array.from({ length: count }, (_, i) => {
    const at = 56 * i;
    return {
      type: entries.getUint32(at, true),
      flags: entries.getUint32(at + 4, true),
      offset: word(entries, at + 8),
      address: word(entries, at + 16),
      fileSize: word(entries, at + 32),
      size: word(entries, at + 40),
      align: word(entries, at + 48),
    };
  });
}

function sectionsOf(file: Bytes, header: DataView): Section[] {
  const [count, size, start] = [header.getUint16(60, true), header.getUint16(58, true), word(header, 40)];
  const names = header.getUint16(62, true);
  if (count === 0 && start === 0) return []; // some tools leave sections out
  agree(
    size === 64 && count > 0 && count <= mostEntries && names < count,
    "its table of sections has no sensible size",
  );
  const table = file.read(start, 64 * count); // near the end of the file: it is the first to be cut off
  const sections = Array.from({ length: count }, (_, i) => {
    const at = 64 * i;
    return {
      nameAt: table.getUint32(at, true),
      type: table.getUint32(at + 4, true),
      flags: word(table, at + 8),
      address: word(table, at + 16),
      offset: word(table, at + 24),
      size: word(table, at + 32),
      link: table.getUint32(at + 40, true),
    };
  });
  for (const { type, offset, size } of sections) if (type !== 0 && type !== noBits) inside(file, offset, size);
  const { offset, size: length } = sections[names]!;
  agree(length < 2 ** 20, "its names of sections are too many");
  const text = new TextDecoder("latin1").decode(file.read(offset, length));
  return sections.map(({ nameAt, ...section }) => ({
    ...section,
    name: text.slice(nameAt, text.indexOf("\0", nameAt)),
  }));
}

function checkSegments(file: Bytes, segments: readonly Segment[]): void {
  let end = 0;
  for (const { type, flags, offset, address, fileSize, size, align } of segments) {
    if (type !== load) continue;
    inside(file, offset, fileSize);
    agree(fileSize <= size && address + size < mostAddress, "a segment has no sensible size");
    agree(
      align <= 1 || (Number.isInteger(Math.log2(align)) && (address - offset) % align === 0),
      "a segment is not aligned",
    );
    agree(address >= end, "its segments overlap");
    agree((flags & 4) !== 0, "a segment is not readable");
    end = address + size;
  }
  agree(end > 0, "it has nothing to load");
  for (const one of segments) {
    if (!looked.includes(one.type) || one.size === 0) continue;
    const within = segments.find((each) => each.type === load && contains(each, one));
    agree(within !== undefined, "a segment lies outside of what is loaded");
    const same = one.offset - within!.offset === one.address - within!.address;
    agree(one.fileSize === 0 || same, "a segment is loaded from elsewhere");
  }
  agree(segments.filter(({ type }) => type === dynamic).length === 1, "it has no dynamic table");
}

/** What sections say of memory has to be what segments make of it. */
function checkSections(segments: readonly Segment[], sections: readonly Section[]): void {
  const loads = segments.filter(({ type }) => type === load);
  const inMemory = sections.filter(({ type, flags, size }) => type !== 0 && (flags & 2) !== 0 && size > 0);
  for (const { name, type, flags, address, offset, size } of inMemory) {
    if ((flags & 0x400) !== 0 && type === noBits) continue; // each thread has its own
    const of = loads.find((each) => address >= each.address && address + size <= each.address + each.size);
    agree(of !== undefined, `its section ${name} is not loaded`);
    const { offset: start, address: base, fileSize, flags: may } = of!;
    const mapped = type === noBits || (offset - start === address - base && offset + size <= start + fileSize);
    agree(mapped, `its section ${name} is loaded from elsewhere`);
    agree((flags & 1) === 0 || (may & 2) !== 0, `its section ${name} cannot be written to`);
    agree((flags & 4) === 0 || (may & 1) !== 0, `its section ${name} cannot be executed`);
  }
  checkThreadData(segments, inMemory.filter(({ flags }) => (flags & 0x400) !== 0));
  const frames = sections.find(({ name }) => name === ".eh_frame_hdr");
  const handlers = segments.find(({ type }) => type === ehFrame);
  agree(frames?.address === handlers?.address, "its exception handlers lie elsewhere");
  for (const { address, size } of segments.filter(({ type }) => type === relro)) {
    const page = 4096, [from, to] = [address - address % page, (address + size) - (address + size) % page];
    const written = inMemory.find((one) =>
      [".data", ".bss"].includes(one.name) && one.address < to && one.address + one.size > from
    );
    agree(written === undefined, `its section ${written?.name} would be made read-only`);
  }
}

function checkThreadData(segments: readonly Segment[], sections: readonly Section[]): void {
  const segment = segments.find(({ type }) => type === tls);
  agree((sections.length > 0) === (segment !== undefined && segment.size > 0), "its data of threads is not described");
  if (sections.length === 0 || segment === undefined) return;
  const [from, to] = [Math.min(...sections.map(({ address }) => address)), Math.max(...sections.map(endOf))];
  const stored = sections.filter(({ type }) => type !== noBits);
  const bytes = stored.length === 0 ? 0 : Math.max(...stored.map(endOf)) - from;
  const { address, size, fileSize, align } = segment;
  agree(address === from && address + size >= to && size < 2 ** 24, "its data of threads lies elsewhere");
  agree(
    fileSize === bytes && align <= 2 ** 16 && Number.isInteger(Math.log2(Math.max(1, align))),
    "its data of threads is cut",
  );
}

const endOf = ({ address, size }: { readonly address: number; readonly size: number }) => address + size;

/** Data of threads has no more in the file than what it begins with, and what is made read-only may end between segments. */
function contains(outer: Segment, inner: Segment): boolean {
  const size = inner.type === tls || inner.type === relro ? inner.fileSize : inner.size;
  return inner.address >= outer.address && inner.address + size <= endOf(outer);
}
