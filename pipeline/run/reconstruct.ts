/** Computes an average of another length of a run's snapshots: post-hoc EMA (Karras et al. 2023, arXiv:2312.02696). */
import { basename } from "node:path";
import type { Graph } from "../graph/types.ts";
import { exponentOfStd } from "../kinds/power_function.ts";
import * as messages from "../problems/messages/averages.ts";
import { DenoiseError } from "../problems/problem.ts";
import type { Average } from "../programs/averages.ts";
import { stateSpecs } from "../programs/cost.ts";
import { type Checkpoint, readModel } from "./checkpoint.ts";
import type { HostTree } from "./host_tensors.ts";
import { combinations, combine, type Profile } from "./post_hoc.ts";
import { listSnapshots } from "./snapshots.ts";

/** An average that was computed. */
export interface Reconstruction {
  /** Its tensors, under `state/average`. */
  readonly tensors: HostTree;
  /** How far its profile is from that of its std, as a part of it. */
  readonly error: number;
  /** Steps of which averages went into it. */
  readonly steps: readonly number[];
  /** Stds that could be computed well of the same. */
  readonly reach: messages.Reach;
}

/** What is computed, and of what. */
export interface ReconstructOptions {
  /** The run folder. */
  readonly run: string;
  /** The step that the average ends with: its tensors are used as well. */
  readonly checkpoint: Checkpoint;
  readonly graph: Graph;
  /** The averages of the run. All have an exponent. */
  readonly averages: readonly Average[];
  /** 0 to `widestStd`. */
  readonly std: number;
  readonly progress?: (done: number, total: number) => void;
}

/** Relative errors of a profile from which one is said to be rough, and from which it is refused. */
export const roughError = 0.1;
const mostError = 0.5;
/** Parts that are left out: less than what is lost in rounding. */
const negligible = 1e-9;

/**
 * Computes an average of the run at the checkpoint's step, of its snapshots up to then.
 *
 * @throws {DenoiseError} where there are no snapshots, one is damaged, or the std is far from what they give
 */
export async function reconstruct(options: ReconstructOptions): Promise<Reconstruction> {
  const { run, checkpoint, averages, std, progress } = options;
  const { position: { step }, tensors } = checkpoint;
  const files = (await listSnapshots(run)).filter((snapshot) => snapshot.step > 0 && snapshot.step <= step);
  if (files.length === 0) throw new DenoiseError(messages.snapshotsMissing(run, std, averages.map(({ name }) => name)));
  const here = averages.every(({ at }) => Object.keys(tensors).some((key) => key.startsWith(`state/${at}/`)));
  const sources: { step: number; path?: string }[] = [
    ...files.filter((file) => file.step < step || !here),
    ...(here ? [{ step }] : []),
  ];
  const profiles = sources.flatMap(({ step: at }) => averages.map(({ exponent }) => ({ at, exponent: exponent! })));
  const { coefficients, error } = combine(profiles, { at: step, exponent: exponentOfStd(std) });
  const reach = error > roughError ? reachOf(profiles, step) : undefined;
  if (error > mostError) throw new DenoiseError(messages.averageUnreachable(std, error, files.length, reach));

  const sums = new Sums(tensors, await keptAside(options.graph));
  const largest = Math.max(...coefficients.map(Math.abs));
  const used: number[] = [];
  for (const [i, source] of sources.entries()) {
    progress?.(i, sources.length);
    const parts = averages.map(({ at }, k) => ({ at, part: coefficients[i * averages.length + k]! }))
      .filter(({ part }) => Math.abs(part) > negligible * largest);
    if (parts.length === 0) continue;
    used.push(source.step);
    const from = source.path === undefined ? tensors : await tensorsOf(source.path);
    for (const { at, part } of parts) sums.add(from, at, part, source.path ?? basename(run));
  }
  progress?.(sources.length, sources.length);
  return { tensors: sums.tensors(), error, steps: used, reach };
}

async function tensorsOf(path: string): Promise<HostTree> {
  try {
    return (await readModel(path)).tensors;
  } catch (error) {
    if (!(error instanceof DenoiseError)) throw error;
    throw new DenoiseError(messages.snapshotUnusable(path, error.message), { cause: error });
  }
}

/** Names of running statistics, where the recipe takes those of the network and averages none of them. */
async function keptAside(graph: Graph): Promise<ReadonlySet<string>> {
  if ((graph.one("ema").options as { buffers?: unknown }).buffers !== false) return new Set();
  return new Set(Object.keys((await stateSpecs(graph)).network.buffers));
}

/** The stds that profiles give to within `roughError`, from the least to the most, in hundredths. */
function reachOf(profiles: readonly Profile[], at: number): messages.Reach {
  const stds = Array.from({ length: 28 }, (_, i) => (i + 1) / 100);
  const found = combinations(profiles, stds.map((std) => ({ at, exponent: exponentOfStd(std) })));
  const well = stds.filter((_, i) => found[i]!.error <= roughError);
  return well.length === 0 ? undefined : [well[0]!, well.at(-1)!];
}

const average = "state/average/";
const plain = (key: string) => key.slice(average.length).replace(/^(trainable|buffers)\//, "");

/** Weighted sums of tensors, in float64. */
class Sums {
  readonly #sums = new Map<string, Float64Array>();

  /** @param like the tensors whose average weights are summed; those in `aside` stay as they are there */
  constructor(private readonly like: HostTree, aside: ReadonlySet<string>) {
    for (const [key, { dtype, data }] of Object.entries(like)) {
      if (!key.startsWith(average) || dtype !== "F32" || aside.has(plain(key))) continue;
      this.#sums.set(plain(key), new Float64Array(data.length));
    }
  }

  /** Adds a part of the average at a place of a state. @throws {DenoiseError} where it lacks a tensor */
  add(from: HostTree, at: string, part: number, path: string): void {
    for (const [name, sum] of this.#sums) {
      const found = from[`state/${at}/trainable/${name}`] ?? from[`state/${at}/buffers/${name}`];
      if (found?.data.length !== sum.length) {
        const reason = found === undefined ? `It lacks "${name}"` : `"${name}" has another shape there`;
        throw new DenoiseError(messages.snapshotUnusable(path, reason));
      }
      const data = found.data as Float32Array;
      for (let i = 0; i < sum.length; i++) sum[i]! += part * data[i]!;
    }
  }

  /** The average weights, with these sums in place of theirs. */
  tensors(): HostTree {
    return Object.fromEntries(
      Object.entries(this.like).filter(([key]) => key.startsWith(average)).map(([key, tensor]) => {
        const sum = this.#sums.get(plain(key));
        return [key, sum === undefined ? tensor : { ...tensor, data: Float32Array.from(sum) }];
      }),
    );
  }
}
