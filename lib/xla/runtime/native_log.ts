/**
 * What plugins write to standard error, kept in a file: it would land in the middle of a line of progress, and matters only
 * where something fails.
 *
 * Native code writes by the C library's variable `stderr`, which programs may set (glibc: "you can set them like any other
 * variables"). So it alone is pointed at the file, and file descriptor 2 stays as it is: Deno writes to that one, and asks
 * it whether it is a terminal.
 */
import { mkdirSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";

/** Name of the environment variable with the path of the file; where there is none, native code writes where it likes. */
export const nativeLogVariable = "DENOISE_NATIVE_LOG";

/** Where XLA's own variable is set, somebody wants to see what it writes. */
export const levelVariable = "TF_CPP_MIN_LOG_LEVEL";

/** The C library and its variable, by operating system. Plugins of XLA are built for these. */
const libraries: Partial<Record<typeof Deno.build.os, readonly [file: string, variable: string]>> = {
  linux: ["libc.so.6", "stderr"],
  darwin: ["/usr/lib/libSystem.B.dylib", "__stderrp"],
};

const unbuffered = 2; // _IONBF
const longest = 40; // lines that are shown

let kept: string | undefined;

/**
 * Has native code of this process write to the file that the environment names. Safe to call twice.
 *
 * @returns whether it does
 */
export function keepNativeLog(): boolean {
  const path = process.env[nativeLogVariable];
  const library = libraries[Deno.build.os];
  if (kept !== undefined) return true;
  if (!path || library === undefined) return false;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    if (!pointed(library, path)) return false;
  } catch {
    return false; // no such library, or not permitted: it writes where it likes
  }
  kept = path;
  addEventListener("unload", () => removeNativeLog(path));
  return true;
}

function pointed([file, variable]: readonly [string, string], path: string): boolean {
  const { symbols } = Deno.dlopen(file, {
    fopen: { parameters: ["buffer", "buffer"], result: "pointer" },
    setvbuf: { parameters: ["pointer", "pointer", "i32", "usize"], result: "i32" },
  });
  const { symbols: { [variable]: place } } = Deno.dlopen(file, { [variable]: { type: "pointer" } } as const);
  const text = (value: string) => new TextEncoder().encode(`${value}\0`);
  const stream = symbols.fopen(text(path), text("a"));
  if (stream === null || place == null) return false;
  symbols.setvbuf(stream, null, unbuffered, 0n); // as `stderr` is: a process that crashes leaves all it wrote
  const memory = Deno.UnsafePointerView.getArrayBuffer(place as Deno.PointerObject, 8);
  new BigUint64Array(memory)[0] = BigInt(Deno.UnsafePointer.value(stream));
  return true;
}

/** Removes the file, and its folder unless others use that. */
function removeNativeLog(path: string): void {
  try {
    rmSync(path, { force: true });
    rmdirSync(dirname(path));
  } catch {
    // In use, or not permitted: the system empties its folder for such files.
  }
}

/** Characters that move a cursor, or cannot be seen. */
// deno-lint-ignore no-control-regex -- they are what is meant
const unseen = /[\u0000-\u001f\u007f-\u009f]/g;

/** With this XLA begins a list of all its flags, hundreds of lines, which would hide what is wrong with one of them. */
const listOfFlags = /Flag parsing failed\./;

/** The last lines of the file, for a terminal; none where there is none. Without what is always said. */
export function nativeLines(path: string | undefined = kept): string[] {
  if (path === undefined) return [];
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return [];
  }
  const lines = text.split("\n").map((line) => line.trimEnd().replace(unseen, "?"));
  const list = lines.findIndex((line) => listOfFlags.test(line));
  const told = list === -1 ? lines : lines.slice(0, list + 1);
  return told.filter((line) => line !== "" && !line.startsWith("WARNING: All log messages before")).slice(-longest);
}
