/** Whether the pictures fill a batch, and whether a batch is one. */
import { batchCount, type HostBatch } from "../data/mod.ts";
import { batchTooLarge } from "../problems/messages/data.ts";
import { DenoiseError } from "../problems/problem.ts";
import type { Graph } from "../graph/types.ts";
import type { ImageShape } from "../kinds/common.ts";

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

/** Refuses a batch whose parts do not fit each other. @throws {TypeError} */
export function checkGiven({ image, item, label, size }: HostBatch, { height, width, channels }: ImageShape): void {
  const bytes = size * height * width * channels;
  const pictures = `${size} pictures of ${height} × ${width} × ${channels}`;
  if (image.length !== bytes) {
    throw new TypeError(`Cannot train on a batch of ${pictures} with ${image.length} bytes: it takes ${bytes}`);
  }
  for (const [name, list] of [["item", item], ["label", label]] as const) {
    if (list === undefined || list.length === size) continue;
    throw new TypeError(
      `Cannot train on a batch of ${pictures} with ${list.length} values in "${name}": it takes ${size}`,
    );
  }
}
