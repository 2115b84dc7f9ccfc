/** Whether a training step fits the backend's memory, and the batch that would. */
import * as messages from "../problems/messages/graph.ts";
import { DenoiseError } from "../problems/problem.ts";
import { bytes } from "../terminal/units.ts";
import { type TrainingCost, trainingCost } from "./cost.ts";
import type { Graph } from "../graph/types.ts";
import type { Backend } from "../kinds/backend.ts";

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

/**
 * Refuses a batch that the backend has no room for. The backend has to be started where it is chosen then.
 *
 * @throws {DenoiseError} with the largest batch that fits
 */
export async function checkMemory(graph: Graph, cost: TrainingCost | undefined): Promise<void> {
  const { stage } = graph.one("backend");
  const lack = cost === undefined ? undefined : lacking(stage, cost);
  if (cost === undefined || lack === undefined) return;
  let [most, tooLarge] = [0, cost.batch];
  while (tooLarge - most > 1) {
    const batch = Math.floor((most + tooLarge) / 2);
    if (lacking(stage, (await trainingCost(graph, batch))!) === undefined) most = batch;
    else tooLarge = batch;
  }
  // A batch of a multiple of 4 runs as fast as one slightly larger, and reads better.
  const fits = most >= 8 ? most - most % 4 : most;
  const { path } = graph.one("dataset");
  const { batch } = cost;
  const backend = stage.name;
  const texts = {
    memory: () =>
      messages.memoryExceeded({
        ...{ batch, backend, fits },
        estimate: bytes(estimatedBytes(cost)),
        available: bytes(stage.memory!),
      }),
    tensor: () =>
      messages.tensorTooLarge({
        ...{ batch, backend, fits },
        kernel: cost.largest.kernel,
        shape: cost.largest.shape,
        size: bytes(cost.largest.bytes),
        allowed: bytes(stage.tensorBytes!),
      }),
    rows: () => messages.tooManyRows({ batch, backend, fits, rows: cost.rows, allowed: stage.rows! }),
  };
  throw new DenoiseError(graph.recipe.problem([...path, "batch_size"], texts[lack]()));
}
