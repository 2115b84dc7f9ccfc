/** Whether a training step fits the backend's memory, and the batch that would. */
import * as messages from "../problems/messages/graph.ts";
import { DenoiseError } from "../problems/problem.ts";
import { bytes } from "../terminal/units.ts";
import { partCount, partsWithin } from "../graph/accumulation.ts";
import { type TrainingCost, trainingCost } from "./cost.ts";
import type { Graph } from "../graph/types.ts";
import type { Backend, Shortage } from "../kinds/backend.ts";

/**
 * Bytes of memory for each byte of live tensors. Heaps have gaps and kernels buffers of their own: wasm's heap grew to
 * 1.0 to 1.1 times the tensors of a step of the Keras example's network (batches of 2 to 64).
 */
const heapPerTensor = 1.2;

/** Bytes that a training step takes, the gaps of the heap included. */
export function estimatedBytes({ stepBytes }: TrainingCost): number {
  return stepBytes * heapPerTensor;
}

/** What a process takes that trains, in bytes. */
export interface ProcessMemory {
  /** The most, while the training step is compiled. */
  readonly compiling: number;
  /** From then on, and at once where compiled programs are on disk. */
  readonly training: number;
}

/**
 * Memory of the whole process that trains with XLA on a processor: Deno, XLA's library, programs and decoded pictures,
 * and the tensors of a step, of which XLA keeps about half as many at once as there are op by op. The numbers are
 * measured (docs/benchmarks.md); decoded pictures are those of some hundred small ones.
 *
 * @returns undefined where it was not measured
 */
export function processMemory(
  { stepBytes, variables }: Pick<TrainingCost, "stepBytes" | "variables">,
  backend: string,
): ProcessMemory | undefined {
  if (!backend.startsWith("xla on cpu")) return undefined;
  const training = 570e6 + 0.55 * stepBytes;
  return { training, compiling: training + 180e6 + 4.5e6 * variables };
}

/** What of a training step a backend has no room for; undefined where it has. */
function lacking(backend: Backend, cost: TrainingCost): "memory" | "tensor" | "rows" | undefined {
  const { memory = Infinity, tensorBytes = Infinity, rows = Infinity } = backend;
  if (estimatedBytes(cost) > memory) return "memory";
  if (cost.largest.bytes > tensorBytes) return "tensor";
  return cost.rows > rows ? "rows" : undefined;
}

/** What an error of `Backend.compile` says of memory; undefined of any other. Told by its shape, as explained errors are. */
function shortageOf(error: unknown): Shortage | undefined {
  if (!(error instanceof Error)) return undefined;
  const { shortage } = error as { shortage?: Partial<Shortage> };
  const given = typeof shortage?.needed === "number" && typeof shortage.available === "number";
  return given ? shortage as Shortage : undefined;
}

/** The part of the memory that a batch is suggested for: what else is on the device takes some, and tensors have gaps. */
const filled = 0.95;

/**
 * The largest batch that fits, from what a compiled step of another one takes: a part that is the same for any batch, and
 * one that grows with it.
 *
 * @param fixed bytes of the first part
 * @param share pictures are added by as many
 */
export function batchThatFits(batch: number, { needed, available }: Shortage, fixed: number, share = 1): number {
  const each = Math.max(1, needed - fixed) / batch;
  const most = Math.max(0, Math.floor((filled * available - fixed) / each));
  const round = most >= 8 * share ? 4 * share : share;
  return most - most % round;
}

/**
 * The refusal of a batch whose compiled step takes more memory than the device has; undefined for any other error.
 *
 * @param batch pictures that the step was compiled for
 */
export async function refusedBatch(graph: Graph, batch: number, error: unknown): Promise<DenoiseError | undefined> {
  const shortage = shortageOf(error);
  if (shortage === undefined) return undefined;
  const { name, devices = 1 } = graph.one("backend").stage;
  const { stateBytes = 0 } = await trainingCost(graph, batch) ?? {};
  const now = partCount(graph);
  const fits = batchThatFits(batch, shortage, stateBytes, devices * now);
  const text = messages.memoryExceeded({
    ...{ batch, backend: name, fits, parts: await partsWithin(graph, fits / now) },
    estimate: bytes(shortage.needed),
    available: bytes(shortage.available),
  });
  const { path } = graph.one("dataset");
  return new DenoiseError(graph.recipe.problem([...path, "batch_size"], text), { cause: error });
}

/**
 * Refuses a batch that the backend has no room for. The backend has to be started where it is chosen then.
 *
 * @throws {DenoiseError} with the largest batch that fits
 */
export async function checkMemory(graph: Graph, cost: TrainingCost | undefined): Promise<void> {
  const { stage } = graph.one("backend");
  const lack = cost === undefined ? undefined : lacking(stage, cost);
  if (cost === undefined || lack === undefined) return;
  const now = partCount(graph);
  let [most, tooLarge] = [0, cost.batch / now]; // pictures of a part
  while (tooLarge - most > 1) {
    const part = Math.floor((most + tooLarge) / 2);
    if (lacking(stage, (await trainingCost(graph, part * now))!) === undefined) most = part;
    else tooLarge = part;
  }
  // A batch of a multiple of 4 runs as fast as one slightly larger, and reads better.
  const fits = now * (most >= 8 ? most - most % 4 : most);
  const parts = await partsWithin(graph, most);
  const { path } = graph.one("dataset");
  const { batch } = cost;
  const backend = stage.name;
  const texts = {
    memory: () =>
      messages.memoryExceeded({
        ...{ batch, backend, fits, parts },
        estimate: bytes(estimatedBytes(cost)),
        available: bytes(stage.memory!),
      }),
    tensor: () =>
      messages.tensorTooLarge({
        ...{ batch, backend, fits, parts },
        kernel: cost.largest.kernel,
        shape: cost.largest.shape,
        size: bytes(cost.largest.bytes),
        allowed: bytes(stage.tensorBytes!),
      }),
    rows: () => messages.tooManyRows({ batch, backend, fits, parts, rows: cost.rows, allowed: stage.rows! }),
  };
  throw new DenoiseError(graph.recipe.problem([...path, "batch_size"], texts[lack]()));
}
