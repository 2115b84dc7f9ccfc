/** Where a file system can fail while a process works: every kind of file operation it does, and the ways in which it fails. */
import type { FaultPlan, Operation } from "../shim/mod.ts";

/** A failure at one place. */
export interface Failure {
  readonly plan: Omit<FaultPlan, "folder">;
  /** What is done, such as `ENOSPC from write 3 on`. */
  readonly what: string;
  /** Whether the process has to come to its end all the same. */
  readonly harmless: boolean;
}

type How = FaultPlan["how"];

const full: readonly Operation[] = ["create", "write", "mkdir"];
const changing: readonly Operation[] = ["create", "write", "truncate", "rename", "mkdir", "unlink", "utime"];
const all: readonly Operation[] = [...changing, "fsync", "lock", "open", "read", "list", "stat"];

/** How an operation can fail: once, or from there on (`stays`). What is interrupted or cut short is tried again. */
const ways: Readonly<Record<Operation, readonly { how: How; stays?: readonly Operation[]; harmless?: boolean }[]>> = {
  create: [{ how: "ENOSPC", stays: full }, { how: "EACCES" }, { how: "EROFS", stays: changing }, { how: "EMFILE" }],
  write: [
    { how: "ENOSPC", stays: full },
    { how: "EIO" },
    { how: "EINTR", harmless: true },
    { how: "EDQUOT", stays: full },
    { how: "short", harmless: true },
    { how: 300, harmless: true },
  ],
  fsync: [{ how: "EIO" }, { how: "ENOSPC" }, { how: 300, harmless: true }],
  truncate: [{ how: "EIO" }, { how: "EROFS" }],
  rename: [{ how: "EIO" }, { how: "EACCES" }, { how: "ENOSPC" }],
  mkdir: [{ how: "ENOSPC", stays: full }, { how: "EACCES" }, { how: "EROFS", stays: changing }],
  unlink: [{ how: "EIO" }, { how: "EACCES" }],
  utime: [{ how: "EROFS", harmless: true }],
  lock: [{ how: "EIO", harmless: true }], // a file system without locks
  open: [{ how: "EIO" }, { how: "EACCES" }, { how: "EMFILE" }, { how: "EINTR", harmless: true }],
  read: [
    { how: "EIO" },
    { how: "EIO", stays: ["read"] },
    { how: "EINTR", harmless: true },
    { how: "short", harmless: true },
  ],
  list: [{ how: "EIO" }, { how: "EACCES" }],
  stat: [{ how: "EIO" }, { how: "EACCES" }],
};

/** Operations that a process did, as the shim logs them: a name and a path below the folder, a line each. */
export function failuresOf(log: string): Failure[] {
  const operations = log.trimEnd().split("\n").map((line) => {
    const [operation, ...path] = line.split(" ");
    return { operation: operation as Operation, path: path.join(" ") };
  });
  // Places of one kind: the same operation on files that differ in numbers and random names only.
  const kinds = Map.groupBy(
    operations.map((each, i) => ({ ...each, at: i + 1 })),
    ({ operation, path }) => `${operation} ${path.replaceAll(/[0-9a-f]{8,}|\d+/g, "#")}`,
  );
  const failures: Failure[] = [];
  for (const [kind, places] of kinds) {
    // The first, the last and one in the middle stand for all of a kind.
    const chosen = new Set([places[0]!, places[places.length >> 1]!, places.at(-1)!]);
    for (const { operation, at } of chosen) {
      for (const { how, stays, harmless = false } of ways[operation]) {
        // What comes after it counts only where it fails too: the number is among the operations that count.
        const counting = stays ?? all;
        const number = operations.slice(0, at).filter(({ operation }) => counting.includes(operation)).length;
        const plan = { operations: counting, at: number, how, count: stays === undefined ? 1 : 0 };
        failures.push({ plan, what: `${how}${stays === undefined ? "" : " from there on"} at ${kind}`, harmless });
      }
    }
  }
  return failures;
}

/** A cache on a disk that is full, read-only or forbidden: all in it can be made again, so that nothing has to stop. */
export const uselessCache: readonly Failure[] = (["EROFS", "EACCES", "ENOSPC"] as const).map((how) => ({
  plan: { operations: how === "ENOSPC" ? full : changing, at: 1, how, count: 0, name: "/cache/" },
  what: `${how} at whatever changes the cache`,
  harmless: true,
}));

/** Operations that are logged for `failuresOf`. */
export const logged: readonly Operation[] = all;
