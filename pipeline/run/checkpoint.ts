/** Checkpoints: all that is needed to resume exactly, in one self-describing safetensors file. */
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { sha256 } from "../../lib/files/mod.ts";
import { visible } from "../../lib/text/mod.ts";
import type { DataDigest } from "../data/types.ts";
import * as messages from "../problems/messages/run.ts";
import { DenoiseError } from "../problems/problem.ts";
import { recipeSumKey } from "../recipe/checkpoint.ts";
import { checkPath } from "../recipe/given.ts";
import { nearRuns } from "../recipe/near_runs.ts";
import { checkpointFormat } from "../recipe/format.ts";
import type { Code } from "../trust/code.ts";
import { version } from "../version.ts";
import type { HostTree } from "./host_tensors.ts";
import { checkMetadata } from "./position.ts";
import { readMetadata, readSafetensors, type SafeTensors, writeSafetensors } from "./safetensors.ts";
import { checkpointOf, isWeights, positionIn } from "./weights_file.ts";

/** The state of a run besides its tensors. */
export interface Position {
  /** Updates done. */
  readonly step: number;
  /** Epochs done. */
  readonly epoch: number;
  /** Batches done in the epoch that is under way. */
  readonly batch: number;
  /** Whether metrics and samples that are due at this step are done. */
  readonly measured: boolean;
  /** Of the recipe: with `step`, the state of the random generator. */
  readonly seed: number;
  /** Name of the backend that computed it. */
  readonly backend: string;
  /** Devices that shared each batch. 1 unless given. */
  readonly devices?: number | undefined;
  /** What the rounding of that backend depends on besides: its version, and what it ran on. */
  readonly build?: string | undefined;
  /** Training pictures. 0 where nothing is known of them. */
  readonly pictures: number;
  /** Digests of the pictures and labels of both splits: to notice that they changed. */
  readonly data?: DataDigest | undefined;
  /** Digests of what metrics measure with, such as the weights of a network, by id of the metric. */
  readonly measuredWith?: Readonly<Record<string, string>> | undefined;
  /** What training started from, where that was another model: its checkpoint, and the updates that this had seen. */
  readonly from?: { readonly path: string; readonly step: number } | undefined;
  /** Names of the classes, where the dataset has some. */
  readonly classes?: readonly string[] | undefined;
  /** The best measurement so far, where the recipe keeps it. */
  readonly best?: { readonly metric: string; readonly value: number; readonly step: number } | undefined;
  /** Why training ended before the recipe's end, where it did: the best measurement, and how long no other was better. */
  readonly stopped?:
    | { readonly metric: string; readonly value: number; readonly step: number; readonly patience: string }
    | undefined;
  /** The last measurement of each metric. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Seconds of training so far. */
  readonly seconds: number;
}

/** An average that was computed from snapshots. */
export interface ComputedAverage {
  /** Its relative standard deviation. */
  readonly std: number;
  /** How far its profile is from that of its std, as a part of it. */
  readonly error: number;
  /** The steps of which averages went into it. */
  readonly steps: readonly number[];
}

/** A checkpoint on the host. */
export interface Checkpoint {
  readonly position: Position;
  /** The resolved recipe, as YAML. */
  readonly recipe: string;
  /** SHA-256 of each plugin file that it was trained with, with all that it imports, by name. Older ones have none. */
  readonly code?: Readonly<Record<string, string>> | undefined;
  /** `state/…` as `TrainState`, `statistics/…` of the normalizer. */
  readonly tensors: HostTree;
  /** Of a file with an average that was computed from snapshots: which it is. */
  readonly computed?: ComputedAverage | undefined;
  /** Version of the program that wrote it, where it was read from a file. */
  readonly denoise?: string | undefined;
}

/** What files of a step are called by: `step-000512`. */
export function stepName(step: number): string {
  return `step-${String(step).padStart(6, "0")}`;
}

const pattern = /^step-(\d{6,})\.safetensors$/;

/** `checkpoints/step-000512.safetensors`. */
export function checkpointPath(folder: string, step: number): string {
  return join(folder, `${stepName(step)}.safetensors`);
}

/** Writes a checkpoint, whole or not at all. */
export async function writeCheckpoint(path: string, { position, recipe, code, tensors }: Checkpoint): Promise<void> {
  await writeSafetensors(path, tensors, {
    format: checkpointFormat,
    denoise: version,
    recipe,
    ...(code === undefined || Object.keys(code).length === 0 ? {} : { code: JSON.stringify(code) }),
    [recipeSumKey]: sha256(recipe),
    position: JSON.stringify(position),
  });
}

/**
 * Reads a checkpoint, whole.
 *
 * @throws {DenoiseError} when the file is damaged, is not a checkpoint, or says of itself what cannot be
 */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  return asCheckpoint(path, await readSafetensors(path));
}

function asCheckpoint(path: string, { tensors, metadata }: SafeTensors): Checkpoint {
  const { position, recipe } = checkMetadata(path, metadata);
  const step = tensors["state/step"]?.data[0];
  if (step !== undefined && Number(step) !== position.step) {
    throw new DenoiseError(
      messages.checkpointField(path, "position.step", position.step, `${step}, as its tensors say`),
    );
  }
  return { position, recipe, code: codeIn(metadata.code), tensors, denoise: metadata.denoise };
}

/** The hashes in a checkpoint's metadata; none where they cannot be read: all they are for is to say what has changed. */
function codeIn(text = "{}"): Record<string, string> | undefined {
  try {
    return z.record(z.string(), z.string()).safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Code for a checkpoint: the hash of each plugin file, by name. */
export function codeFor(code: readonly Code[]): Record<string, string> {
  return Object.fromEntries(
    code.filter(({ kind }) => kind === "plugin").map(({ path, sha256 }) => [basename(path), sha256]),
  );
}

/** Names of the plugin files that are others now than those that a checkpoint was trained with. */
export function changedCode({ code = {} }: Pick<Checkpoint, "code">, now: readonly Code[]): string[] {
  return Object.entries(codeFor(now)).filter(([name, hash]) => Object.hasOwn(code, name) && code[name] !== hash)
    .map(([name]) => name);
}

/** Reads the state of a run without its tensors. @throws {DenoiseError} as `readCheckpoint` */
export async function readPosition(path: string): Promise<Position> {
  return checkMetadata(path, await readMetadata(path)).position;
}

/** As `readPosition`, and of a file of the average weights, too. */
export async function readModelPosition(path: string): Promise<Position> {
  const metadata = await readMetadata(path);
  return isWeights(metadata) ? positionIn(path, metadata) : checkMetadata(path, metadata).position;
}

/** Checkpoints by step in a folder, newest first. */
export async function listCheckpoints(folder: string): Promise<{ path: string; step: number }[]> {
  const found: { path: string; step: number }[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      const step = pattern.exec(name)?.[1];
      if (step !== undefined) found.push({ path: join(folder, name), step: Number(step) });
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found.sort((a, b) => b.step - a.step);
}

/** Codes of files that are sound, but not for this: one is not to be passed over in favour of an older checkpoint. */
const ofOthers = new Set(["file-newer", "weights-alone"]);

/**
 * The newest checkpoint of a folder that can be read. Damaged ones are reported.
 *
 * @throws {DenoiseError} when there are checkpoints and all are damaged, or a newer version wrote one
 */
export async function newestGood(
  folder: string,
  damaged: (path: string, reason: string) => void | Promise<void>,
): Promise<{ path: string; checkpoint: Checkpoint } | undefined> {
  const all = await listCheckpoints(folder);
  const reasons: string[] = [];
  for (const { path } of all) {
    try {
      return { path, checkpoint: await readCheckpoint(path) };
    } catch (error) {
      if (!(error instanceof DenoiseError) || error.problems.some(({ code }) => ofOthers.has(code))) throw error;
      reasons.push(error.message);
      await damaged(path, error.message);
    }
  }
  if (reasons.length > 0) throw new DenoiseError(messages.checkpointsDamaged(folder, reasons));
  return undefined;
}

/**
 * Removes all checkpoints by step but the newest `last`; the newest stays in any case. One that cannot be removed stays
 * until the next time: there does not stop the program a training for it.
 */
export async function prune(folder: string, last: number): Promise<void> {
  const old = (await listCheckpoints(folder)).slice(Math.max(1, last));
  for (const { path } of old) await Deno.remove(path).catch(() => {});
}

/** The name under which a damaged checkpoint is put aside. */
export function damagedName(path: string): string {
  return `${path}.damaged`;
}

/** Reads a checkpoint, or the part of one that a file of average weights holds. @throws {DenoiseError} as `readCheckpoint` */
export async function readModel(path: string): Promise<Checkpoint> {
  const read = await readSafetensors(path);
  if (!isWeights(read.metadata)) return asCheckpoint(path, read);
  return { ...checkpointOf(path, read), code: codeIn(read.metadata.code) };
}

/**
 * The checkpoint that a path means: itself, or the newest good one of a run folder. An exported file of the average
 * weights counts as a checkpoint that has nothing else.
 *
 * @throws {DenoiseError} when it means none, or a damaged one
 */
export async function findCheckpoint(
  path: string,
  warn: (message: string) => void,
): Promise<{ path: string; checkpoint: Checkpoint }> {
  checkPath(path);
  const info = await Deno.stat(path).catch(() => undefined);
  if (info?.isFile) {
    if (path.endsWith(".safetensors")) return { path, checkpoint: await readModel(path) };
    const run = (await listCheckpoints(join(dirname(path), "checkpoints"))).length > 0 ? dirname(path) : undefined;
    throw new DenoiseError(messages.checkpointOther(path, run));
  }
  if (info?.isDirectory) {
    const folder = basename(path) === "checkpoints" ? path : join(path, "checkpoints");
    const found = await newestGood(folder, (_, reason) => warn(visible(reason)));
    if (found !== undefined) return found;
  }
  throw new DenoiseError(messages.checkpointMissing(path, info !== undefined, await nearRuns(path)));
}
