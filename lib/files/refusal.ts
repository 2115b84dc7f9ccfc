/** What the operating system refuses, in words, with the path and what to do. */

/** A refusal of the operating system. */
export interface SystemRefusal {
  /** Such as `Cannot write "runs/a/log.jsonl": no space is left on the disk`. */
  readonly what: string;
  /** The end of it: `no space is left on the disk`. */
  readonly reason: string;
  /** What to do about it. */
  readonly fix: string;
}

/** Reasons and what to do about them, by the system's code. */
const reasons: Readonly<Record<string, readonly [reason: string, fix: string]>> = {
  ENOSPC: ["no space is left on the disk", "free some space on that disk, or use a folder on another one"],
  EDQUOT: ["your disk quota is used up", "remove files of yours there, or use a folder on another disk"],
  EFBIG: ["the file would be larger than this disk allows", "name a folder on another disk"],
  EROFS: ["the disk is read-only", "use a folder on a disk that is writable"],
  EACCES: ["permission is denied", "look at who may read and write there (ls -l), or name another folder"],
  EPERM: ["permission is denied", "look at who may read and write there (ls -l), or name another folder"],
  EIO: ["the disk reports an error", "check the disk and its cable or network; copy what matters to another one"],
  ESTALE: ["the network disk has lost it", "mount the network disk again"],
  EMFILE: ["too many files are open", "allow more: ulimit -n 4096"],
  ENFILE: ["too many files are open on this machine", "end other programs, and try again"],
  ENOENT: ["it is not there", "look at the name, and at whether a disk is not mounted"],
  ENAMETOOLONG: ["the name is too long", "use a shorter name"],
  ELOOP: ["links lead in a circle", "look at the links in this path"],
  EBUSY: ["another program uses it", "end that program, and try again"],
  ETXTBSY: ["another program uses it", "end that program, and try again"],
  EISDIR: ["it is a folder", "name a file instead of this folder"],
  ENOTDIR: ["a part of this path is a file", "name a folder instead of this file"],
  EEXIST: ["a file of this name is there", "name a folder instead of this file"],
};

/** What each call does, to continue "Cannot". */
const actions: Readonly<Record<string, string>> = {
  open: "open",
  read: "read",
  readfile: "read",
  write: "write",
  writefile: "write",
  sync: "write",
  fsync: "write",
  fdatasync: "write",
  truncate: "write",
  ftruncate: "write",
  mkdir: "create",
  rename: "rename",
  remove: "remove",
  unlink: "remove",
  rm: "remove",
  rmdir: "remove",
  stat: "look at",
  lstat: "look at",
  realpath: "look at",
  readdir: "list",
  scandir: "list",
  copy: "copy",
  copyfile: "copy",
};

/** `No space left on device (os error 28): open '/a'` of Deno, `ENOSPC: no space left on device, open '/a'` of Node. */
const form =
  /(?:^(?<deno>.*?) \(os error \d+\)(?:: )?|^(?<node>[A-Z]+: .*?)(?:, |$))(?<call>\w+)?(?: '(?<path>.*?)'(?: -> '(?<to>.*)')?)?$/s;

/** What the operating system refused; undefined where an error is of another kind. */
export function refusalOf(error: unknown): SystemRefusal | undefined {
  if (!isOfSystem(error)) return undefined;
  const { deno, node, call = "", path, to } = form.exec(error.message)?.groups ?? {};
  if (deno === undefined && node === undefined) return undefined;
  const code = (error as { code?: string }).code ?? node?.split(":")[0] ?? "";
  const [reason, fix] = reasons[code] ??
    [(deno ?? node!.replace(/^\w+: /, "")).toLowerCase(), "look at the space on the disk and at who may write there"];
  const quoted = (path: string) => JSON.stringify(path).replaceAll("\\\\", "\\");
  const file = path === undefined ? "a file" : quoted(path) + (to === undefined ? "" : ` to ${quoted(to)}`);
  return { what: `Cannot ${actions[call] ?? "use"} ${file}: ${reason}`, reason, fix };
}

/** What failed, in a sentence: the system's refusal, or the error's own words. */
export function whatFailed(error: unknown): string {
  return refusalOf(error)?.what ?? (error instanceof Error ? error.message : String(error));
}

/** Whether an error may be one of the system's. One of our own may quote such an error in its reason. */
function isOfSystem(error: unknown): error is Error {
  if (!(error instanceof Error) || error instanceof Deno.errors.NotCapable) return false;
  return error.name === "Error" || Object.hasOwn(Deno.errors, error.name);
}

/**
 * Names the file in what the operating system refuses: of an open file it gives no path, and of a temporary one a path
 * that says nothing to a user. In the form that Deno has: `No space left on device (os error 28): write '/a'`.
 */
export async function named<T>(call: "read" | "write", path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw withPath(error, call, path);
  }
}

/** As `named`, without waiting. */
export function namedSync<T>(call: "read" | "write", path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw withPath(error, call, path);
  }
}

function withPath(error: unknown, call: string, path: string): unknown {
  if (!(error instanceof Error) || refusalOf(error) === undefined) return error;
  const deno = /^.*? \(os error \d+\)/s.exec(error.message)?.[0];
  const node = /^E[A-Z0-9]+: [^,]*/.exec(error.message)?.[0];
  error.message = deno === undefined ? `${node}, ${call} '${path}'` : `${deno}: ${call} '${path}'`;
  return error;
}
