/** The average that a model is used with, where another than its first is asked for: `--ema`. */
import { basename, dirname } from "node:path";
import type { Graph } from "../graph/types.ts";
import { widestStd } from "../kinds/power_function.ts";
import * as messages from "../problems/messages/averages.ts";
import { DenoiseError } from "../problems/problem.ts";
import { warning } from "../problems/warning.ts";
import { averagesOf } from "../programs/averages.ts";
import { runAround } from "../recipe/starts.ts";
import type { Console } from "../terminal/console.ts";
import { counted } from "../terminal/units.ts";
import type { Checkpoint, ComputedAverage } from "./checkpoint.ts";
import type { HostTree } from "./host_tensors.ts";
import { reconstruct, roughError } from "./reconstruct.ts";
import { showWork } from "./session.ts";

/** Which average a model is used with. */
export interface UsedAverage {
  /** As it was asked for: the name of one that the run keeps, a std, or `network` for the weights without an average. */
  readonly name: string;
  /** Of one that was computed: how far its profile is from that of its std, as a part of it. */
  readonly error?: number;
  /** Of one that was computed: the steps of which averages went into it. */
  readonly steps?: readonly number[];
}

/** The weights as they are trained, without an average. */
const network = "network";

/**
 * A checkpoint with another average in the place of its first.
 *
 * @param wanted the name of one that the run keeps; `network`; or a std, which is computed from the run's snapshots
 * @throws {DenoiseError} for a name that there is not, a std out of range or of reach, a run without snapshots
 */
export async function takeAverage(
  { path, checkpoint }: { readonly path: string; readonly checkpoint: Checkpoint },
  graph: Graph,
  wanted: string,
  console: Console,
): Promise<{ checkpoint: Checkpoint; used: UsedAverage }> {
  const averages = averagesOf(graph), { tensors, computed } = checkpoint;
  const number = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(wanted) ? Number(wanted) : undefined;
  const names = [...averages.map(({ name }) => name), network];
  const powers = averages.every(({ exponent }) => exponent !== undefined);
  if (computed !== undefined) {
    if (number === computed.std) return { checkpoint, used: usedOf(computed) };
    throw new DenoiseError(messages.averageAlone(path, wanted, String(computed.std)));
  }

  const tracked = averages.find(({ name }) => name === wanted || (number !== undefined && Number(name) === number));
  const at = tracked?.at ?? (wanted === network ? network : undefined);
  if (at !== undefined) {
    const held = partOf(tensors, at);
    if (Object.keys(held).length === 0) {
      const snapshot = isSnapshot(path);
      throw new DenoiseError(
        snapshot ? messages.averagesAlone(path, wanted) : messages.averageAlone(path, wanted, undefined),
      );
    }
    return { checkpoint: withTensors(checkpoint, held), used: { name: tracked?.name ?? network } };
  }
  if (number === undefined) throw new DenoiseError(messages.averageUnknown(path, wanted, names, powers));
  if (!powers) throw new DenoiseError(messages.averageNoPower(path, wanted, graph.one("ema").plugin.name, names));
  if (!(number > 0 && number <= widestStd)) throw new DenoiseError(messages.averageRange(wanted, widestStd));
  const folder = dirname(path), run = runAround(folder);
  if (run === folder) throw new DenoiseError(messages.averageAlone(path, wanted, undefined));
  const progress = showWork(console, "averaging", "steps");
  try {
    const found = await reconstruct({ run, checkpoint, graph, averages, std: number, progress });
    const { error, steps } = found;
    if (error > roughError) console.warn(warning(messages.averageRough(number, error, found.reach)));
    return { checkpoint: withTensors(checkpoint, found.tensors), used: { name: wanted, error, steps } };
  } finally {
    console.endProgress();
  }
}

/** Which average a file of a computed one holds. */
export function usedOf({ std, error, steps }: ComputedAverage): UsedAverage {
  return steps.length === 0 ? { name: String(std) } : { name: String(std), error, steps };
}

const isSnapshot = (path: string) => basename(dirname(path)) === "snapshots";

/** In words: `0.05`, or `std 0.07, computed from 12 steps, its profile met to 0.9 %`. */
export function averageText({ name, error, steps }: UsedAverage): string {
  if (error === undefined || steps === undefined) return name;
  const met = error < 5e-7 ? "met exactly" : `met to ${(100 * error).toPrecision(2)} %`;
  return `std ${name}, computed from the averages at ${counted(steps.length, "step")}, its profile ${met}`;
}

/** The tensors of a part of a state, as those of its average. */
function partOf(tensors: HostTree, at: string): HostTree {
  const begin = `state/${at}/`;
  return Object.fromEntries(
    Object.entries(tensors).flatMap(([key, tensor]) =>
      key.startsWith(begin) ? [[`state/average/${key.slice(begin.length)}`, tensor]] : []
    ),
  );
}

function withTensors(checkpoint: Checkpoint, average: HostTree): Checkpoint {
  return { ...checkpoint, tensors: { ...checkpoint.tensors, ...average } };
}
