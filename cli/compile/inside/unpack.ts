/**
 * Where a binary keeps its program on the disk: `programs/<hash of the content>` in the cache. It is unpacked aside and
 * then takes its name, so that nobody ever sees a part of it, however many start at once.
 */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { refusalOf } from "../../../lib/files/refusal.ts";
import { unpackFiles } from "../archive.ts";

/** A program that a binary holds. */
export interface Packed {
  /** Begin of the SHA-256 of the packed bytes, as hexadecimal digits. */
  readonly id: string;
  /** Path of the binary. */
  readonly binary: string;
  /** The file with the packed bytes, mostly the binary, and where in it they are. */
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

/** Why there is no program on the disk. Its text is for people; each further line says what to do. */
export class UnpackError extends Error {
  constructor(message: string, readonly help: readonly string[], options?: ErrorOptions) {
    super(message, options);
  }
}

/** What is noted beside an unpacked program, last of all. */
interface Whole {
  /** The binary that it came from. */
  readonly binary: string;
  readonly files: readonly (readonly [path: string, size: number])[];
}

/** Name of the note. */
export const noteName = "binary.json";
/** All files are of this second, so that one that was changed later can be told. */
const time = Date.UTC(2000, 0, 1) / 1000;
/** Milliseconds after which what a killed process has left behind is taken away. */
const abandoned = 3600_000;

/** The folder of the program, unpacked unless it is there and whole. @throws {UnpackError} where that cannot be done */
export function programFolder(packed: Packed, cache: string, say: (text: string) => void): string {
  const programs = join(cache, "programs");
  const folder = join(programs, packed.id);
  if (isWhole(folder)) return folder;
  const files = filesOf(packed);
  const aside = join(programs, `${packed.id}.${crypto.randomUUID().slice(0, 8)}.part`);
  try {
    Deno.mkdirSync(programs, { recursive: true });
    tidy(programs, packed);
    const total = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
    say(`unpacking    ${Math.round(total / 1e6)} MB into ${folder}, once`);
    writeAll(aside, files, packed);
    takeName(aside, folder);
  } catch (error) {
    remove(aside);
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    throw new UnpackError(`Cannot unpack Denoise into "${folder}": ${refusal.reason}`, [
      refusal.fix,
      "DENOISE_CACHE names the folder of the cache; 100 MB are enough for this: DENOISE_CACHE=/data/cache",
    ], { cause: error });
  }
  return folder;
}

/** Whether all files are there, of the right size, and not written to since. */
export function isWhole(folder: string): boolean {
  try {
    const { files }: Whole = JSON.parse(Deno.readTextFileSync(join(folder, noteName)));
    return files.every(([path, size]) => {
      const info = Deno.statSync(`${folder}/${path}`);
      return info.isFile && info.size === size && info.mtime?.getTime() === time * 1000;
    });
  } catch {
    return false;
  }
}

/** What the binary holds, checked: a download may have been cut short. */
function filesOf({ id, file: path, offset, length }: Packed): ReturnType<typeof unpackFiles> {
  using file = Deno.openSync(path);
  file.seekSync(offset, Deno.SeekMode.Start);
  const bytes = new Uint8Array(length);
  let at = 0;
  for (let count: number | null; at < length && (count = file.readSync(bytes.subarray(at))) !== null;) at += count;
  const hash = createHash("sha256").update(bytes).digest("hex");
  if (at === length && hash.startsWith(id)) return unpackFiles(bytes);
  throw new UnpackError(`"${path}" is damaged: ${at < length ? "its end is missing" : "its content has changed"}`, [
    "copy or download it again",
  ]);
}

function writeAll(folder: string, files: ReturnType<typeof unpackFiles>, { binary }: Packed): void {
  for (const parent of new Set(files.map(({ path }) => dirname(join(folder, path))))) {
    Deno.mkdirSync(parent, { recursive: true });
  }
  for (const { path, bytes, executable } of files) {
    const to = join(folder, path);
    Deno.writeFileSync(to, bytes, { mode: executable ? 0o755 : 0o644 });
    Deno.utimeSync(to, time, time);
  }
  const note: Whole = { binary, files: files.map(({ path, bytes }) => [path, bytes.length]) };
  Deno.writeTextFileSync(join(folder, noteName), JSON.stringify(note));
}

/** Gives a whole folder its name. Another process may have been faster: then its folder is used. */
function takeName(aside: string, folder: string): void {
  for (let tries = 0;; tries++) {
    try {
      return Deno.renameSync(aside, folder);
    } catch (error) {
      if (isWhole(folder)) return remove(aside);
      if (tries === 3) throw error;
      // A damaged one: out of the way, under a name that is tidied up where it cannot be removed at once.
      const old = `${folder}.${crypto.randomUUID().slice(0, 8)}.part`;
      try {
        Deno.renameSync(folder, old);
      } catch (why) {
        if (!(why instanceof Deno.errors.NotFound)) throw error;
      }
      remove(old);
    }
  }
}

/** Takes away what killed processes left, and programs whose binary is gone or has become this one. */
function tidy(programs: string, { id, binary: own }: Packed): void {
  for (const { name } of [...Deno.readDirSync(programs)]) {
    const folder = join(programs, name);
    try {
      if (name.endsWith(".part")) {
        const { mtime } = Deno.statSync(folder);
        if (mtime !== null && Date.now() - mtime.getTime() > abandoned) remove(folder);
      } else if (name !== id) {
        const { binary }: Whole = JSON.parse(Deno.readTextFileSync(join(folder, noteName)));
        if (binary === own || !isThere(binary)) remove(folder);
      }
    } catch {
      // Another process tidies up, or the folder is not ours: it stays.
    }
  }
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound);
  }
}

function remove(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch {
    // It is not there, or the next one that unpacks takes it away.
  }
}
