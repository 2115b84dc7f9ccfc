/** Lists the pictures below a folder. */
import { basename, dirname, extname, join, resolve } from "node:path";
import { image } from "denoise/plugin";

/** A file that may be a picture. */
export interface Found {
  /** Relative to the folder, with `/` on every system. */
  readonly name: string;
  readonly path: string;
  readonly size: number; // bytes
  /**
   * What changes whenever the file is replaced or written to, also by what keeps size and time of change, as `cp -p`,
   * `rsync -t` and `tar` do: that time, the time of the last change of its entry, and its number in the file system.
   */
  readonly state: string;
}

/** What lies below a folder. */
export interface Listing {
  /** Sorted by name. */
  readonly files: readonly Found[];
  /** Files of other kinds. */
  readonly others: readonly string[];
  /** What is neither a file nor a folder, such as links that lead nowhere and pipes. */
  readonly special: readonly string[];
  /** What the system has under a name that is not UTF-8, and does not open by any other. */
  readonly unnamed: readonly string[];
}

/** A folder below the one asked for that cannot be read. */
export class UnreadableFolder extends Error {
  override readonly name = "UnreadableFolder";
  constructor(readonly path: string, readonly reason: string) {
    super(`Cannot read folder "${path}": ${reason}`);
  }
}

/** Names that file servers, systems and archivers give to folders and files of their own, in lower case. */
const systemNames = new Set([
  ..."@eadir @recycle @recently-snapshot @tmp @sharesnap #recycle #snapshot ~snapshot".split(" "),
  ..."$recycle.bin recycler recycled lost+found __macosx found.000".split(" "),
  ..."system volume information\nnetwork trash folder\ntemporary items".split("\n"),
  ..."thumbs.db ehthumbs.db ehthumbs_vista.db desktop.ini icon\r".split(" "),
]);

/** Endings of files that are not looked into: unfinished downloads, and camera files that hold a small preview. */
const notOpened = new Set(
  ".part .partial .crdownload .download .tmp .cr2 .cr3 .nef .nrw .arw .srf .sr2 .dng .raf .orf .rw2 .pef .srw .3fr .iiq"
    .split(" "),
);

/** How often links may lead to the same folder: folders that link to each other have endless ways through them. */
const mostVisits = 64;

/**
 * All pictures below a folder, sorted by name, and what else lies there. Pictures are told by the endings of their
 * names, and by their first bytes where the ending says nothing. What is hidden or belongs to the system is passed over;
 * links are followed.
 *
 * @throws {Deno.errors.NotFound | Deno.errors.NotADirectory}
 * @throws {UnreadableFolder} for a folder whose permissions forbid it, or one that links lead to again and again
 */
export async function listPictures(folder: string, signal?: AbortSignal): Promise<Listing> {
  const files: Found[] = [];
  const others: string[] = [];
  const special: string[] = [];
  const unnamed: string[] = [];
  const visits = new Map<string, number>();
  const walk = async (path: string, prefix: string, above: readonly string[]): Promise<void> => {
    signal?.throwIfAborted();
    // Only a link to a folder above makes a loop; the same folder under two names is two classes if somebody wants that.
    const real = await Deno.realPath(path).catch((error) => unreadable(path, error));
    if (above.includes(real)) return;
    visits.set(real, (visits.get(real) ?? 0) + 1);
    if (visits.get(real)! > mostVisits) {
      throw new UnreadableFolder(real, `more than ${mostVisits} ways lead to it by links`);
    }
    const seen = new Set<string>();
    const entries = await Array.fromAsync(Deno.readDir(path)).catch((error) => unreadable(path, error));
    for (const { name: entry } of entries) {
      if (entry.startsWith(".") || systemNames.has(entry.toLowerCase())) continue;
      const name = prefix + entry;
      const at = join(path, entry);
      const info = await Deno.stat(at).catch(() => undefined);
      // Deno puts U+FFFD for bytes that are not UTF-8: two names may become one, and neither can be opened by it.
      if (entry.includes("\ufffd") && (info === undefined || seen.has(entry))) unnamed.push(name);
      else if (info?.isDirectory) await walk(at, `${name}/`, [...above, real]);
      else if (!info?.isFile) special.push(name);
      else if (await isPicture(at)) {
        files.push({ name, path: at, size: info.size, state: stateOf(info, at) });
      } else others.push(name);
      seen.add(entry);
    }
  };
  if (!(await Deno.stat(folder)).isDirectory) throw new Deno.errors.NotADirectory(folder);
  await walk(folder, "", []);
  files.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { files, others, special, unnamed };
}

function unreadable(path: string, error: Error): never {
  throw new UnreadableFolder(
    path,
    error instanceof Deno.errors.PermissionDenied
      ? "its permissions do not allow it"
      : error.message.replace(/ \(os error .*/, ""),
  );
}

/** Whether a file is taken for a picture. One that its name says to be is, so that it is told when it cannot be decoded. */
async function isPicture(path: string): Promise<boolean> {
  const ending = extname(path).toLowerCase();
  if (image.pictureExtensions.includes(ending)) return true;
  if (isCompanion(path) || notOpened.has(ending)) return false;
  try {
    using file = await Deno.open(path);
    const start = new Uint8Array(image.kindBytes);
    const read = await file.read(start) ?? 0;
    return image.kindOf(start.subarray(0, read))?.picture !== undefined;
  } catch {
    return false; // It may be gone by now, or not be ours to read: it is counted among the others.
  }
}

/** Whether a file belongs beside pictures, such as captions and lists: nothing is missed when it is left out. */
export function isCompanion(name: string): boolean {
  return companions.has(extname(name).toLowerCase()) ||
    /(^|[/\\])(readme|license|licence|notice|makefile)$/i.test(name);
}

const companions = new Set(
  (".txt .caption .tags .json .jsonl .ndjson .csv .tsv .md .rst .xml .yaml .yml .toml .ini .cfg .conf .html .htm .css .js " +
    ".ts .py .ipynb .sh .bat .log .db .sqlite .npy .npz .mat .h5 .hdf5 .pt .pth .pkl .safetensors .parquet .arrow " +
    ".md5 .sha1 .sha256 .lock .url .xmp .aae .thm .bak .srt .vtt").split(" "),
);

/** The state of a file. Where the system keeps less of it, its place counts too: another folder has other files. */
function stateOf({ mtime, ctime, ino }: Deno.FileInfo, path: string): string {
  const known = [mtime?.getTime() ?? "", ctime?.getTime() ?? "", ino ?? ""];
  return [...known, ...(known.includes("") ? [resolve(path)] : [])].join(" ");
}

/** What there is where a folder was looked for, the most alike first. Undefined when there is nothing. */
export async function nearestFolder(folder: string): Promise<string | undefined> {
  let path = resolve(folder);
  while (true) {
    const parent = dirname(path);
    const wanted = basename(path);
    const there = await Array.fromAsync(Deno.readDir(parent)).catch(() => undefined);
    if (there !== undefined) {
      const folders = there.filter(({ name, isDirectory }) => isDirectory && !name.startsWith("."));
      const names = folders.map(({ name }) => name).sort((a, b) => distance(a, wanted) - distance(b, wanted));
      const [first] = names;
      if (first === undefined) return undefined;
      const same = names.find((name) => name.normalize() === wanted.normalize());
      // The two look the same: an accent is a character of its own in one of them, and a part of its letter in the other.
      if (same !== undefined) {
        return `"${join(parent, same)}" is there, its accents written as other characters: copy it`;
      }
      const near = distance(first, wanted) <= Math.max(1, wanted.length / 3);
      return near
        ? `did you mean "${join(parent, first)}"?`
        : `folders in "${parent}": ${names.slice(0, 8).join(", ")}`;
    }
    if (parent === path) return undefined;
    path = parent;
  }
}

/** Letters to insert, remove or replace (Levenshtein), upper and lower case being the same. */
function distance(one: string, other: string): number {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      next.push(Math.min(row[j]! + (a[i] === b[j] ? 0 : 1), row[j + 1]! + 1, next[j]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
