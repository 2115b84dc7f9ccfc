/** Imports weights of Keras: a file of the example or of clear-diffusion-keras becomes a checkpoint. */
import { join } from "node:path";
import { isTaken, writeWhole } from "../../../lib/files/mod.ts";
import { disposeTree } from "../../../lib/tensor/mod.ts";
import { chunks } from "../../data/mod.ts";
import type { Graph } from "../../graph/types.ts";
import { wire } from "../../graph/wire.ts";
import {
  importOverFile,
  importStatistics,
  importTaken,
  importUnsupported,
} from "../../problems/messages/interchange.ts";
import { DenoiseError } from "../../problems/problem.ts";
import { readRecipe } from "../../recipe/read.ts";
import type { PluginSource } from "../../recipe/types.ts";
import { toYaml } from "../../recipe/write.ts";
import { checkpointPath, codeFor, listCheckpoints, type Position, writeCheckpoint } from "../../run/checkpoint.ts";
import { type HostTree, toHost } from "../../run/host_tensors.ts";
import { rememberCode } from "../../run/remember_code.ts";
import { openData } from "../../run/session.ts";
import { initialState } from "../../programs/states.ts";
import { fitStatistics } from "../../programs/statistics.ts";
import type { Console } from "../../terminal/console.ts";
import type { Trust } from "../../trust/trust.ts";
import { row } from "../../terminal/rows.ts";
import { counted } from "../../terminal/units.ts";
import { type KerasFile, type KerasModel, readKerasFile, readStatistics } from "./keras_file.ts";
import { matchLayers, type Wanted } from "./match.ts";
import { takeBackend } from "../../run/share_backend.ts";
import { startBackend } from "../../run/start_backend.ts";

/** What to import into. */
export interface ImportOptions {
  /** Where plugins are found: `builtins`, or `await builtins.withFiles([...])`. */
  readonly plugins: PluginSource;
  /** The recipe whose network the weights are of. */
  readonly recipe: string;
  /** What to change in the recipe, such as `["network.block_depth=3"]`. */
  readonly overrides?: readonly string[];
  /** Which code is run of a recipe that is not typed, besides what the user has trained with on this machine. */
  readonly trust?: Trust;
  /** Keras file with the average weights. Default: the average in the first file, and its network where it has none. */
  readonly ema?: string;
  /** Keras file with the normalization layer. Default: that of the first file, else fitted to the recipe's pictures. */
  readonly statistics?: string;
  /** Where to: a checkpoint (`.safetensors`) or a run folder. Default `runs/<name of the recipe>`. */
  readonly out?: string;
  /** Folder for downloads and decoded pictures. Default: the user's cache folder. */
  readonly cache?: string;
  /** Aborting it stops the work. */
  readonly signal?: AbortSignal;
}

/**
 * Imports the weights in a Keras file, and writes them as the checkpoint of step 0: to sample from, or to train on.
 *
 * @returns the checkpoint, and the run folder that it is in, unless a file was asked for
 * @throws {DenoiseError} when a file cannot be read or does not fit, or a run or a file is already there
 */
export async function importWeights(
  file: string,
  options: ImportOptions,
  console: Console,
): Promise<{ readonly checkpoint: string; readonly folder: string | undefined }> {
  const { plugins, overrides = [], signal = new AbortController().signal } = options;
  const graph = await wire(
    await readRecipe(options.recipe, { plugins, overrides, trust: { trained: true, ...options.trust } }),
  );
  const out = options.out ?? join("runs", graph.recipe.name);
  const folder = out.endsWith(".safetensors") ? undefined : out;
  await checkFree(out, folder);
  const { stage: { keras: parts }, plugin } = graph.one("network");
  if (parts === undefined) throw new DenoiseError(importUnsupported(plugin.name));

  using _backend = takeBackend(graph, "importing weights");
  const backend = graph.one("backend").stage;
  await startBackend(graph, console, signal);
  try {
    const state = initialState(graph);
    const tensors: HostTree = await toHost({ state });
    const shapes = Object.fromEntries(
      [...Object.entries(state.network.trainable), ...Object.entries(state.network.buffers)]
        .map(([path, { shape }]) => [path, shape]),
    );
    disposeTree(state);
    const wanted = { parts, shapes };
    const main = await readKerasFile(file, wanted, signal);
    const averages = options.ema === undefined ? main : await readKerasFile(options.ema, wanted, signal);
    place(tensors, "network", weights(main, main.network, wanted), console, "weights");
    place(tensors, "average", weights(averages, averages.average ?? averages.network, wanted), console, "average");
    const statistics = await statisticsFor(graph, main, options, signal, console);
    const position: Position = {
      step: 0,
      epoch: 0,
      batch: 0,
      measured: true,
      seed: graph.recipe.seed,
      backend: backend.name,
      pictures: 0,
      metrics: {},
      seconds: 0,
    };
    const recipe = toYaml(graph.recipe.resolved);
    const checkpoint = folder === undefined ? out : checkpointPath(join(folder, "checkpoints"), 0);
    if (folder !== undefined) await writeWhole(join(folder, "recipe.yaml"), recipe);
    const code = codeFor(graph.recipe.code);
    await writeCheckpoint(checkpoint, { position, recipe, code, tensors: { ...tensors, ...statistics } });
    await rememberCode(graph.recipe.code, console);
    row(console.results, "checkpoint", checkpoint);
    row(console, "next", `deno task sample ${folder ?? out} --count 64 --grid grid.png`);
    if (folder !== undefined) row(console, "", `deno task run ${folder}   continues training from here`);
    return { checkpoint, folder };
  } finally {
    console.endProgress();
    await backend.stop();
  }
}

/** Refuses to write over a run, a recipe of the user's own, or any other file. */
async function checkFree(out: string, folder: string | undefined): Promise<void> {
  if (folder === undefined) {
    if (await isTaken(out)) throw new DenoiseError(importOverFile(out));
    return;
  }
  if (await Deno.stat(folder).then(({ isDirectory }) => !isDirectory, () => false)) {
    throw new DenoiseError(importOverFile(folder));
  }
  const taken = (await listCheckpoints(join(folder, "checkpoints"))).length > 0 ||
    await isTaken(join(folder, "log.jsonl"));
  if (taken) throw new DenoiseError(importTaken(folder));
  const recipe = join(folder, "recipe.yaml");
  if (await isTaken(recipe)) throw new DenoiseError(importOverFile(recipe));
}

type Weights = { readonly from: string; readonly tensors: HostTree };

function weights({ path }: KerasFile, { name, layers }: KerasModel, wanted: Wanted): Weights {
  return { from: name === "" ? path : `${name} in ${path}`, tensors: matchLayers(path, layers, wanted) };
}

/** Puts weights into the tensors of a checkpoint, under `state/<part>`. */
function place(all: HostTree, part: string, { from, tensors }: Weights, console: Console, label: string): void {
  for (const [path, tensor] of Object.entries(tensors)) {
    const at = [`state/${part}/trainable/${path}`, `state/${part}/buffers/${path}`].find((key) => key in all);
    all[at!] = tensor;
  }
  const numbers = Object.values(tensors).reduce((sum, { data }) => sum + data.length, 0);
  row(console, label, `${counted(numbers, "number")} in ${counted(Object.keys(tensors).length, "tensor")}, ${from}`);
}

/** The normalizer's statistics: of the file named, of the main one, or fitted. */
async function statisticsFor(
  graph: Graph,
  main: KerasFile,
  options: ImportOptions,
  signal: AbortSignal,
  console: Console,
): Promise<HostTree> {
  const { stage: normalizer, plugin } = graph.one("normalizer");
  const blank = normalizer.blank(graph.datasetImage);
  const names = Object.entries(blank).map(([name, { shape }]) => ({ name, shape: [...shape] }));
  disposeTree(blank);
  const measures = graph.one("parametrization").stage.fit !== undefined;
  if (names.length === 0 && !measures) return {};
  const path = options.statistics ?? main.path;
  const known = names.length === 0
    ? undefined
    : options.statistics === undefined
    ? main.statistics
    : await readStatistics(path, signal);
  if (known === undefined) {
    if (options.statistics !== undefined && names.length > 0) {
      throw new DenoiseError(importStatistics(path, "it holds no normalization layer"));
    }
    await using pictures = await openData(graph, console, { signal, cache: options.cache });
    const fitted = await fitStatistics(graph, () => chunks(pictures.train));
    row(
      console,
      "pixels",
      `fitted to ${counted(pictures.train.count, "picture")}: the file has no normalization layer`,
    );
    const host = await toHost({ statistics: fitted });
    disposeTree(fitted);
    return host;
  }
  if (measures) {
    const what = "the parametrization measures the pictures too, and Keras has nothing of it: give it numbers";
    throw new DenoiseError(importStatistics(path, what));
  }
  row(console, "pixels", `mean and variance of the normalization layer in ${path}`);
  return Object.fromEntries(names.map(({ name, shape }) => {
    const tensor = known[name];
    if (tensor === undefined) {
      const what = `normalizer "${plugin.name}" takes "${name}", and Keras has mean and variance`;
      throw new DenoiseError(importStatistics(path, what));
    }
    if (tensor.data.length === shape.reduce((a, b) => a * b, 1)) {
      return [`statistics/${name}`, { dtype: "F32", shape, data: tensor.data }];
    }
    const what = `its ${name} is [${tensor.shape}], and [${shape}] for pictures of this recipe`;
    throw new DenoiseError(importStatistics(path, what));
  }));
}
