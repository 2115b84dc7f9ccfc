/** PE files, of Windows: the processor, and whether the file has all the sections that it speaks of. */
import { agree, type Bytes, inside, processors } from "./reader.ts";

const machines: Readonly<Record<number, string>> = { 0x8664: "x86_64", 0xaa64: "aarch64", 0x14c: "x86" };

/** As `faultOfElf`. */
export function faultOfPe(file: Bytes, arch: string): string | undefined {
  const start = file.read(60, 4).getUint32(0, true);
  const header = file.read(start, 24);
  agree(header.getUint32(0) === 0x50450000, "it has no PE header");
  const number = header.getUint16(4, true), machine = machines[number];
  if (machine !== arch) {
    const named = machine === undefined ? `another processor (number ${number} in PE)` : processors[machine] ?? machine;
    return `it is built for ${named}, and this processor is ${processors[arch] ?? arch}`;
  }
  if ((header.getUint16(22, true) & 0x2000) === 0) return "it is a program, not a shared library (.dll)";
  const count = header.getUint16(6, true);
  const table = file.read(start + 24 + header.getUint16(20, true), 40 * count);
  for (let i = 0; i < count; i++) {
    inside(file, table.getUint32(40 * i + 20, true), table.getUint32(40 * i + 16, true));
  }
  return undefined;
}
