/** Loads a model to use it: the graph of a checkpoint's own recipe, its average weights, its statistics. */
import { dirname } from "node:path";
import { disposeTree, type State } from "../../lib/tensor/mod.ts";
import { wire } from "../graph/wire.ts";
import { pluginChanged } from "../problems/messages/trust.ts";
import { readRecipe } from "../recipe/read.ts";
import { runAround } from "../recipe/starts.ts";
import type { Change, PluginSource, Recipe } from "../recipe/types.ts";
import type { Console } from "../terminal/console.ts";
import { row } from "../terminal/rows.ts";
import { warning } from "../problems/warning.ts";
import type { Trust } from "../trust/trust.ts";
import { changedCode, findCheckpoint, type Position } from "./checkpoint.ts";
import { Guides } from "./guides.ts";
import { generator, type Session } from "./session.ts";
import { weightsOf } from "./restore.ts";
import { shareBackend } from "./share_backend.ts";
import { averageText, takeAverage, type UsedAverage, usedOf } from "./take_average.ts";

/** What loading takes. */
export interface LoadOptions {
  /** Where plugins are found: `builtins`, or `await builtins.withFiles([...])`. */
  readonly plugins: PluginSource;
  /** What the command line changes in the recipe, such as `["backend=cpu"]`. Weights have to fit still. */
  readonly overrides?: readonly string[];
  /** Which code of the recipe is run besides what the user has trained with on this machine. */
  readonly trust?: Trust;
  /**
   * The average of the weights that is used: the name of one that the run keeps, such as `0.05`; a std of more than 0 and
   * less than 0.2887, which is computed from the run's snapshots; `network` for the weights as they are trained. Default:
   * the first of the recipe.
   */
  readonly ema?: string;
  /** Aborting it stops the work. */
  readonly signal?: AbortSignal;
}

/** A model on a device. Disposing of it frees the device. */
export interface Model extends AsyncDisposable {
  readonly session: Session;
  readonly average: State;
  /** Which average that is, where one was asked for, or the file is of one that was computed. */
  readonly used?: UsedAverage;
  readonly position: Position;
  /** The checkpoint. */
  readonly path: string;
  /** The run folder that the checkpoint is in, if any. */
  readonly folder: string | undefined;
}

/** Values in place of the recipe's. `held`: which average the file is of, where it is of one that was computed. */
type ChangesFor = (
  recipe: Recipe,
  file: { readonly position: Position; readonly held: string | undefined },
) => readonly Change[] | Promise<readonly Change[]>;

/**
 * Loads the newest good checkpoint of a run folder, or a checkpoint. Neither the recipe's file nor the data are needed.
 *
 * @param changesFor values in place of the recipe's, which may depend on it
 * @throws {DenoiseError} when there is no checkpoint, it is damaged, or the recipe in it no longer works
 */
export async function loadModel(
  target: string,
  options: LoadOptions,
  console: Console,
  changesFor: ChangesFor = () => [],
): Promise<Model> {
  const { plugins, overrides = [] } = options;
  const trust = { trained: true, ...options.trust };
  const found = await findCheckpoint(target, (message) => console.warn(message));
  const { path } = found;
  const recipe = await readRecipe(path, { plugins, overrides, trust });
  const { computed, position } = found.checkpoint;
  const held = computed && { checkpoint: found.checkpoint, used: usedOf(computed) };
  const changes = await changesFor(recipe, { position, held: held?.used.name });
  const wired = await wire(changes.length === 0 ? recipe : await recipe.with(changes), { training: false });
  const edited = changedCode(found.checkpoint, wired.recipe.code);
  if (edited.length > 0) console.warn(warning(pluginChanged(path, edited)));
  const taken = options.ema === undefined ? held : await takeAverage(found, wired, options.ema, console);
  const { checkpoint } = taken ?? found;

  const { graph, release } = await shareBackend(wired, console, options.signal);
  const backend = graph.one("backend").stage;
  row(console, "backend", backend.description);
  if (taken !== undefined) row(console, "average", averageText(taken.used));
  try {
    const weights = await weightsOf(graph, backend, { ...checkpoint, path });
    const { average, statistics } = weights;
    const signal = options.signal ?? new AbortController().signal;
    const parent = dirname(path), run = runAround(parent);
    const folder = run === parent ? undefined : run;
    const { classes, step } = checkpoint.position;
    const about = { graph, backend, console, statistics, classes, folder, path, training: false };
    const guides = new Guides(about, step);
    return {
      session: {
        graph,
        backend,
        console,
        guides,
        generate: generator(backend, graph, guides),
        statistics,
        signal,
      },
      average,
      ...(taken === undefined ? {} : { used: taken.used }),
      position: checkpoint.position,
      path,
      folder,
      async [Symbol.asyncDispose]() {
        await guides[Symbol.asyncDispose]();
        disposeTree(weights);
        await release();
      },
    };
  } catch (error) {
    await release();
    throw error;
  }
}
