/**
 * Faults of the file system, made by a small library that sits between a process and the C library: the N-th file
 * operation below a folder fails, is cut short, or is the last thing that the process does.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Operations that change something. */
export const changing = ["create", "write", "fsync", "truncate", "rename", "mkdir", "unlink", "utime", "lock"] as const;
/** Operations that only look. */
export const looking = ["open", "read", "list", "stat"] as const;

export type Operation = typeof changing[number] | typeof looking[number];

/** Error numbers of Linux. */
export const errnoNames = { EINTR: 4, EIO: 5, EACCES: 13, EMFILE: 24, ENOSPC: 28, EROFS: 30, EDQUOT: 122 } as const;

/** What is to happen. */
export interface FaultPlan {
  /** Absolute: operations elsewhere do not count. */
  readonly folder: string;
  readonly operations: readonly Operation[];
  /** The operation that is hit, from 1 on; 0: none, they are only counted. */
  readonly at: number;
  /** How many are hit from there on; 0: all. Default 1. */
  readonly count?: number;
  /**
   * `kill` before the operation, `kill-after` it, `kill-half` after half of a write; `short`: half of a write or read;
   * an error that it fails with; or milliseconds that it takes longer.
   */
  readonly how: "kill" | "kill-after" | "kill-half" | "short" | keyof typeof errnoNames | number;
  /** Only paths that contain this text count. */
  readonly name?: string;
  /** A file that gets a line for each operation that counts: its name, and its path below the folder. */
  readonly log?: string;
}

/** What came of a plan. */
export interface FaultState {
  /** Operations that counted. */
  readonly counted: number;
  /** How many were hit. */
  readonly hit: number;
  /** The first that was hit, such as `write`. */
  readonly operation: string;
  /** Its path. */
  readonly path: string;
}

/** A shim that was built. */
export interface Shim {
  /** Variables for a process that is to meet the plan; what happens is written to the file `state`. */
  environment(plan: FaultPlan, state: string): Record<string, string>;
}

const source = fileURLToPath(new URL("shim.c", import.meta.url));

/** Builds the shim in a folder; a text says why that cannot be done here. */
export async function buildShim(folder: string): Promise<Shim | string> {
  if (Deno.build.os !== "linux") {
    return `faults of single file operations are made on Linux only, not on ${Deno.build.os}`;
  }
  const library = join(folder, "shim.so");
  const args = ["-O1", "-shared", "-fPIC", "-o", library, source, "-ldl"];
  for (const compiler of ["cc", "gcc", "clang"]) {
    const built = await new Deno.Command(compiler, { args, stdout: "null", stderr: "null" }).output()
      .then(({ success }) => success, () => false);
    if (!built) continue;
    const shim = shimOf(library);
    // A Deno that is linked statically, or uses another C library, loads nothing.
    return await works(shim, folder) ? shim : "Deno does not load a library from LD_PRELOAD here";
  }
  return "there is no C compiler (cc, gcc or clang), which faults of single file operations need";
}

function shimOf(library: string): Shim {
  return {
    environment: ({ folder, operations, at, count = 1, how, name = "", log }, state) => ({
      LD_PRELOAD: library,
      FAULT_FOLDER: folder,
      FAULT_OPS: `,${operations.join(",")},`,
      FAULT_NAME: name,
      FAULT_AT: String(at),
      FAULT_COUNT: String(count),
      FAULT_STATE: state,
      ...(log === undefined ? {} : { FAULT_LOG: log }),
      ...(typeof how === "number"
        ? { FAULT_DO: "sleep", FAULT_SLEEP: String(how) }
        : how in errnoNames
        ? { FAULT_DO: "error", FAULT_ERRNO: String(errnoNames[how as keyof typeof errnoNames]) }
        : { FAULT_DO: how }),
    }),
  };
}

async function works(shim: Shim, folder: string): Promise<boolean> {
  const [script, state] = [join(folder, "shim.ts"), join(folder, "shim.state")];
  await Deno.writeTextFile(script, `Deno.mkdirSync(${JSON.stringify(join(folder, "shim"))});`);
  const env = shim.environment({ folder, operations: ["mkdir"], at: 1, how: "ENOSPC" }, state);
  const args = ["run", "--quiet", "--no-config", "-A", script];
  const { success } = await new Deno.Command(Deno.execPath(), { args, env, stdout: "null", stderr: "null" }).output();
  return !success && (await readState(state)).hit === 1;
}

/** Reads what happened, also after the process was killed. */
export async function readState(path: string): Promise<FaultState> {
  const bytes = await Deno.readFile(path).catch(() => new Uint8Array());
  if (bytes.length < 4096) return { counted: 0, hit: 0, operation: "", path: "" };
  const view = new DataView(bytes.buffer);
  const text = (from: number, to: number) => new TextDecoder().decode(bytes.subarray(from, to)).replace(/\0.*$/s, "");
  return {
    counted: Number(view.getBigUint64(0, true)),
    hit: Number(view.getBigUint64(8, true)),
    operation: text(16, 40),
    path: text(40, 2088),
  };
}
