/** Whether the pictures fill a batch. */
import { batchCount } from "../data/mod.ts";
import { batchTooLarge } from "../problems/messages/data.ts";
import { DenoiseError } from "../problems/problem.ts";
import type { Graph } from "../graph/types.ts";

/**
 * Refuses a batch that an epoch of training cannot fill. `count`: pictures of the training split.
 *
 * @throws {DenoiseError} at `dataset.batch_size`, with sizes that fit
 */
export function checkBatch(graph: Graph, count: number): void {
  const { path, options } = graph.one("dataset");
  const { batch_size: batchSize, repeats } = options;
  if (batchCount(count, { batchSize, repeats, training: true }) > 0) return;
  throw new DenoiseError(graph.recipe.problem([...path, "batch_size"], batchTooLarge(batchSize, count, repeats)));
}
