/** The runs in a folder, each with how far it is. */
import { basename, join, relative } from "node:path";
import { parse } from "yaml";
import { isRunFolder } from "../recipe/near_runs.ts";
import { listCheckpoints, type Position, readPosition } from "./checkpoint.ts";
import { isLocked } from "./lock.ts";
import { type LogEntry, readLogEnd } from "./log.ts";

/** A run, as `deno task runs` lists it. */
export interface RunSummary {
  /** Its path in the folder that was listed. */
  readonly name: string;
  /** The run folder. */
  readonly folder: string;
  /** `unknown` where nothing says how long it is to train. */
  readonly state: "training" | "stopped" | "finished" | "unknown";
  /** Updates done. */
  readonly step: number;
  /** Of how many; null where that is not known yet. */
  readonly steps: number | null;
  /** Epochs completed. */
  readonly epoch: number;
  /** Of how many; null where the recipe counts in steps. */
  readonly epochs: number | null;
  /** The last one; null where no step was done. */
  readonly loss: number | null;
  /** The best measurement, where the recipe keeps it. */
  readonly best: { readonly metric: string; readonly value: number; readonly step: number } | null;
  /** Why it finished before the recipe's end, where `train.patience` ended it. */
  readonly stopped: NonNullable<Position["stopped"]> | null;
  /** The last measurement of each metric. */
  readonly metrics: Readonly<Record<string, number>>;
  /** On the disk. */
  readonly bytes: number;
  /** When something of it was last written. */
  readonly changed: Date;
}

/** The runs in a folder and in the sweeps there, those that changed last first; the folder may be a run itself. */
export async function listRuns(folder: string): Promise<RunSummary[]> {
  const found: string[] = [];
  const visit = async (path: string, depth: number) => {
    if (await isRunFolder(path)) return void found.push(path);
    if (depth === 0) return;
    for await (const { name, isFile } of Deno.readDir(path)) {
      if (!isFile && !name.startsWith(".")) await visit(join(path, name), depth - 1).catch(() => {});
    }
  };
  await visit(folder, 2);
  const runs = await Promise.all(found.map((path) => summaryOf(path, relative(folder, path) || basename(path))));
  return runs.sort((a, b) => b.changed.getTime() - a.changed.getTime() || (a.name < b.name ? -1 : 1));
}

async function summaryOf(folder: string, name: string): Promise<RunSummary> {
  const position = await newestPosition(folder);
  const [length, entries, training, { bytes, changed }] = await Promise.all([
    lengthOf(folder),
    readLogEnd(join(folder, "log.jsonl")),
    isLocked(folder),
    sizeOf(folder),
  ]);
  // What is logged behind the last checkpoint counts while it trains: a run that was killed does it again.
  const logged = training ? entries.at(-1)?.step ?? 0 : 0;
  const step = Math.max(position?.step ?? 0, logged);
  const own = entries.filter((entry) => entry.step <= step);
  const epoch = Math.max(position?.epoch ?? 0, ...own.map(({ epoch }) => typeof epoch === "number" ? epoch : 0));
  const steps = length?.steps ?? stepsOf(length?.epochs, position, own);
  const stopped = position?.step === step ? position.stopped : undefined;
  return {
    name,
    folder,
    state: training
      ? "training"
      : length === undefined
      ? "unknown"
      : stopped !== undefined || isDone(length, step, epoch)
      ? "finished"
      : "stopped",
    step,
    steps,
    epoch,
    epochs: length?.epochs ?? null,
    loss: own.map(({ loss }) => loss).findLast((loss) => typeof loss === "number") ?? null,
    best: position?.best ?? null,
    stopped: stopped ?? null,
    metrics: position?.metrics ?? {},
    bytes,
    changed,
  };
}

/** The newest checkpoint whose header can be read. */
async function newestPosition(folder: string): Promise<Position | undefined> {
  const all = await listCheckpoints(join(folder, "checkpoints")).catch(() => []);
  for (const { path } of all) {
    const position = await readPosition(path).catch(() => undefined);
    if (position !== undefined) return position;
  }
  return undefined;
}

interface Length {
  readonly epochs?: number;
  readonly steps?: number;
}

/** How long the recipe of a run says to train: read as text, for its plugins may be anywhere. */
async function lengthOf(folder: string): Promise<Length | undefined> {
  try {
    const { train } = parse(await Deno.readTextFile(join(folder, "recipe.yaml")), { logLevel: "silent" });
    const { epochs, steps } = train as Length;
    return Number.isSafeInteger(epochs)
      ? { epochs: epochs! }
      : Number.isSafeInteger(steps)
      ? { steps: steps! }
      : undefined;
  } catch {
    return undefined;
  }
}

const isDone = ({ epochs, steps }: Length, step: number, epoch: number) =>
  epochs === undefined ? step >= steps! : epoch >= epochs;

/** All steps of a run that counts in epochs, once one is complete. */
function stepsOf(epochs: number | undefined, position: Position | undefined, log: readonly LogEntry[]): number | null {
  if (epochs === undefined) return null;
  const ended = log.findLast(({ event, epoch }) => event === "epoch" && typeof epoch === "number" && epoch > 0);
  const each = ended !== undefined
    ? ended.step / (ended.epoch as number)
    : position !== undefined && position.epoch > 0
    ? (position.step - position.batch) / position.epoch
    : NaN;
  return Number.isFinite(each) ? Math.round(each * epochs) : null;
}

/** Bytes of all files, and when the newest was written. */
async function sizeOf(folder: string): Promise<{ bytes: number; changed: Date }> {
  let bytes = 0, changed = 0;
  const visit = async (path: string) => {
    for await (const { name, isDirectory, isSymlink } of Deno.readDir(path)) {
      const inner = join(path, name);
      if (isSymlink) continue;
      if (isDirectory) await visit(inner);
      else {
        const info = await Deno.stat(inner).catch(() => undefined); // gone, as what a training writes aside
        bytes += info?.size ?? 0;
        // Pictures and reports may be made long after the training.
        if (name === "log.jsonl" || name.endsWith(".safetensors")) {
          changed = Math.max(changed, info?.mtime?.getTime() ?? 0);
        }
      }
    }
  };
  await visit(folder).catch(() => {});
  return { bytes, changed: new Date(changed) };
}
