/**
 * What is wrong with the file of a shared library, found without loading it. The loader of the system maps a file as its
 * headers say: where they are wrong or the file is cut short, the process ends with a signal, not with an error.
 */
import { closeSync, fstatSync, lstatSync, openSync, readlinkSync, readSync, statSync } from "node:fs";
import { faultOfElf } from "./elf.ts";
import { faultOfMachO } from "./mach_o.ts";
import { faultOfPe } from "./pe.ts";
import { type Bytes, Damage } from "./reader.ts";

/** What a library has to be built for. */
export interface Machine {
  readonly os: string;
  readonly arch: string;
}

const formats = [
  {
    name: "ELF",
    magic: [[0x7f, 0x45, 0x4c, 0x46]],
    of: "Linux",
    on: ["linux", "android", "freebsd"],
    fault: faultOfElf,
  },
  {
    name: "Mach-O",
    magic: [[0xcf, 0xfa, 0xed, 0xfe], [0xca, 0xfe, 0xba, 0xbe]],
    of: "macOS",
    on: ["darwin"],
    fault: faultOfMachO,
  },
  { name: "PE", magic: [[0x4d, 0x5a]], of: "Windows", on: ["windows"], fault: faultOfPe },
] as const;

const others: readonly (readonly [magic: string, what: string])[] = [
  ["PK\x03\x04", "a zip archive, such as a wheel: unpack it, and name the library in it"],
  ["\x1f\x8b", "compressed with gzip: unpack it"],
  ["!<arch>\n", "a static library (.a); a shared one is needed"],
  ["version https://git-lfs", "a pointer of Git LFS, not the file itself: git lfs pull"],
  ["<", "a text that begins with <, such as a web page: the download went wrong"],
];

/**
 * Looks at a file that is to be loaded as a shared library.
 *
 * @param machine what it has to run on; by default this one
 * @returns why it cannot be loaded, as a clause that begins with "it" or "there"; undefined where nothing speaks against it
 */
export function faultOfLibrary(
  path: string,
  machine: Machine = { os: Deno.build.os, arch: Deno.build.arch },
): string | undefined {
  let file: number;
  try {
    const found = statSync(path);
    if (found.isDirectory()) return "it is a folder";
    if (!found.isFile()) return "it is not a regular file"; // a pipe would be waited for
    file = openSync(path, "r");
  } catch (error) {
    return unreadable(path, error as NodeJS.ErrnoException);
  }
  try {
    const size = fstatSync(file).size;
    if (size === 0) return "it is empty";
    const read: Bytes["read"] = (offset, length) => {
      if (offset < 0 || offset + length > size) throw Damage.cut(offset + length, size);
      const bytes = new Uint8Array(length);
      if (readSync(file, bytes, 0, length, offset) < length) throw Damage.cut(offset + length, size);
      return new DataView(bytes.buffer);
    };
    return faultOfBytes({ size, read }, machine);
  } catch (error) {
    if (error instanceof Damage) return error.message;
    return `it cannot be read: ${(error as Error).message}`;
  } finally {
    closeSync(file);
  }
}

function faultOfBytes(bytes: Bytes, machine: Machine): string | undefined {
  const start = new Uint8Array(bytes.read(0, Math.min(bytes.size, 64)).buffer);
  const format = formats.find(({ magic }) => magic.some((one) => one.every((byte, i) => start[i] === byte)));
  if (format === undefined) {
    const text = String.fromCharCode(...start);
    const other = others.find(([magic]) => text.startsWith(magic))?.[1];
    const first = [...start.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    return other === undefined ? `it is not a shared library: its first bytes are ${first}` : `it is ${other}`;
  }
  const { name, of, on, fault } = format;
  if (!(on as readonly string[]).includes(machine.os)) {
    return `it is a library for ${of} (${name}), and this system is ${machine.os}`;
  }
  return fault(bytes, machine.arch);
}

function unreadable(path: string, { code, message }: NodeJS.ErrnoException): string {
  if (code === "EACCES" || code === "EPERM") return "its permissions do not allow reading it";
  if (code === "ELOOP") return "it is a link that leads back to itself";
  if (code === "ENOTDIR") return "there is no such file: a part of its path is not a folder";
  if (code !== "ENOENT") return `it cannot be read: ${message}`;
  try {
    if (lstatSync(path).isSymbolicLink()) return `it is a link to "${readlinkSync(path)}", which is not there`;
  } catch {
    // There is no link, either.
  }
  return "there is no such file";
}
