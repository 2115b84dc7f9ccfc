/** Where a run starts: at a checkpoint, or at the beginning. */
import { disposeTree, seedTensor, type TensorRecord, type Tree } from "../../tensor/mod.ts";
import { batches, chunks, type Pictures } from "../data/mod.ts";
import type { Graph } from "../graph/types.ts";
import * as messages from "../messages/run.ts";
import { DenoiseError } from "../problem.ts";
import type { Console } from "../terminal/console.ts";
import { type Checkpoint, damagedName, newestGood, type Position } from "./checkpoint.ts";
import { fromHost } from "./host.ts";
import { changesOf } from "./resume.ts";
import type { RunFolder } from "./run_folder.ts";
import type { Session } from "./session.ts";
import { upload } from "./states.ts";
import { buildZeroOutputLoss } from "./train_step.ts";

/** A checkpoint to go on from. */
export type Before = Checkpoint & { readonly path: string };

/** Where training starts or goes on; says so when it cannot go on exactly. */
export function startOf(
  { graph, backend, console }: Session,
  pictures: Pictures,
  before: Before | undefined,
): Position {
  const here = {
    seed: graph.recipe.seed,
    backend: backend.name,
    pictures: pictures.train.count,
    classes: pictures.classes,
  };
  if (before === undefined) return { ...here, step: 0, epoch: 0, batch: 0, measured: true, metrics: {}, seconds: 0 };
  const { position } = before;
  if (position.backend !== here.backend) console.warn(messages.backendChanged(position.backend, here.backend));
  if (position.pictures === here.pictures) return { ...position, ...here };
  console.warn(messages.dataChanged(position.pictures, here.pictures));
  // The epoch under way has another length now: it starts anew.
  return { ...position, ...here, batch: 0 };
}

/** The checkpoint to go on from; one that is damaged is put aside. Refuses one of another recipe. */
export async function lastCheckpoint(folder: RunFolder, graph: Graph, console: Console): Promise<Before | undefined> {
  const damaged: string[] = [];
  const found = await newestGood(folder.checkpoints, (path, reason) => {
    damaged.push(path);
    console.warn(reason);
  });
  if (found === undefined) return undefined;
  const changes = changesOf(found.checkpoint.recipe, graph.recipe);
  if (changes.length > 0) throw new DenoiseError(messages.recipeChanged(folder.path, changes));
  for (const path of damaged) await Deno.rename(path, damagedName(path));
  if (damaged.length > 0) console.warn(messages.fellBack(found.path, damaged.map(damagedName)));
  return { ...found.checkpoint, path: found.path };
}

/** A part of a checkpoint on the device, of the structure of `like`, which is freed. */
export function restored<T extends Tree>(before: Before, part: string, like: T): T {
  const mismatch = (what: string) => new DenoiseError(messages.checkpointMismatch(before.path, what));
  try {
    return (fromHost({ [part]: like } as Tree, before.tensors, mismatch) as { [part: string]: T })[part]!;
  } finally {
    disposeTree(like);
  }
}

/** Statistics of the normalizer: those of the checkpoint, or fitted to the training pictures. */
export async function statisticsOf(
  graph: Graph,
  pictures: Pictures,
  before: Before | undefined,
): Promise<TensorRecord> {
  const normalizer = graph.one("normalizer").stage;
  if (before !== undefined) return restored(before, "statistics", normalizer.blank(graph.pictures));
  return await normalizer.fit(() => chunks(pictures.train), graph.pictures);
}

/** The mean over a few batches of the loss of a network that answers zero. */
export async function zeroOutputLoss({ graph, backend, statistics }: Session, { train }: Pictures): Promise<number> {
  const measure = backend.compile(buildZeroOutputLoss(graph), { name: "loss of a zero output" });
  const { batch_size: batchSize, repeats } = graph.one("dataset").options as { batch_size: number; repeats: number };
  const { seed } = graph.recipe;
  const seeds = seedTensor(seed);
  const losses: number[] = [];
  for await (const host of batches(train, { batchSize, repeats, training: true, seed, epoch: 0 })) {
    const batch = upload(host, train.shape);
    const loss = await measure(batch, statistics, seeds);
    losses.push((await loss.data())[0]!);
    disposeTree([batch, loss]);
    if (losses.length === 4) break;
  }
  seeds.dispose();
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}
