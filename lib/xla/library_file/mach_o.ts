/** Mach-O files, of macOS: the processor, and whether the file has all the segments that it speaks of. */
import { agree, type Bytes, inside, processors, word } from "./reader.ts";

const machines: Readonly<Record<number, string>> = { 0x1000007: "x86_64", 0x100000c: "aarch64" };

/** As `faultOfElf`; of a file for several processors, the part for this one is looked at. */
export function faultOfMachO(file: Bytes, arch: string): string | undefined {
  const start = file.read(0, 8);
  if (start.getUint32(0) !== 0xcafebabe) return faultOfPart(file, arch);
  const count = start.getUint32(4);
  agree(count > 0 && count <= 32, `it speaks of ${count} processors`);
  const table = file.read(8, 20 * count);
  const parts = Array.from({ length: count }, (_, i) => ({
    machine: machines[table.getUint32(20 * i)],
    offset: table.getUint32(20 * i + 8),
    size: table.getUint32(20 * i + 12),
  }));
  for (const { offset, size } of parts) inside(file, offset, size);
  const part = parts.find(({ machine }) => machine === arch);
  if (part === undefined) return other(parts.map(({ machine }) => machine), arch);
  return faultOfPart({ size: part.size, read: (offset, length) => file.read(part.offset + offset, length) }, arch);
}

function faultOfPart(file: Bytes, arch: string): string | undefined {
  const header = file.read(0, 32);
  agree(header.getUint32(0, true) === 0xfeedfacf, "it does not begin as a library of 64 bits does");
  const machine = machines[header.getUint32(4, true)];
  if (machine !== arch) return other([machine], arch);
  const kind = header.getUint32(12, true);
  if (kind !== 6 && kind !== 8) return "it is not a shared library (.dylib)";
  const [count, size] = [header.getUint32(16, true), header.getUint32(20, true)];
  agree(size < 2 ** 24, "its commands have no sensible size");
  const commands = file.read(32, size);
  let at = 0;
  for (let i = 0; i < count; i++) {
    agree(at + 8 <= size, "it has fewer commands than it says");
    const [command, length] = [commands.getUint32(at, true), commands.getUint32(at + 4, true)];
    agree(length >= 8 && at + length <= size, "a command is longer than all of them");
    // LC_SEGMENT_64: a name of 16 bytes, address and size in memory, then place and size in the file.
    if (command === 0x19 && length >= 72) inside(file, word(commands, at + 40), word(commands, at + 48));
    at += length;
  }
  return undefined;
}

function other(machines: readonly (string | undefined)[], arch: string): string {
  const names = machines.map((one) => (one === undefined ? "another processor" : processors[one])).join(" and ");
  return `it is built for ${names}, and this processor is ${processors[arch] ?? arch}`;
}
