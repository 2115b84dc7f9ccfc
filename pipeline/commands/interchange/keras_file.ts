/** Reads a Keras file: which of its models is the network, which the average, and what is known of the pixels. */
import { Hdf5Error, type Hdf5Tensor, type KerasLayer, kerasLayers, readHdf5 } from "../../../lib/files/mod.ts";
import { importAmbiguous, importUnreadable } from "../../problems/messages/interchange.ts";
import { DenoiseError } from "../../problems/problem.ts";
import { byModel, fittingModels, type Wanted } from "./match.ts";

/** What a file holds for a network. */
export interface KerasFile {
  readonly path: string;
  /** Layers of the network, and the name of the model in the file: `""` where the file is the model. */
  readonly network: KerasModel;
  /** Those of its average, where the file has both. */
  readonly average: KerasModel | undefined;
  /** Mean and variance of a normalization layer, where the file has one. */
  readonly statistics: Readonly<Record<string, Hdf5Tensor>> | undefined;
}

/** A model of a file. */
export interface KerasModel {
  readonly name: string;
  readonly layers: readonly KerasLayer[];
}

/**
 * Reads a file and tells its models apart. Where none fits the network, the one with the most layers is taken, so
 * that matching says what is wrong.
 *
 * @throws {DenoiseError} when it cannot be read, or several models fit and nothing tells them apart
 */
export async function readKerasFile(path: string, wanted: Wanted, signal: AbortSignal): Promise<KerasFile> {
  const layers = await readLayers(path, signal);
  const models = [...fittingModels(layers, wanted)].map(([name, layers]): KerasModel => ({ name, layers }));
  const average = averageOf(models);
  const plain = models.filter((model) => model !== average);
  if (plain.length > 1) throw new DenoiseError(importAmbiguous(path, plain.map(({ name }) => `"${name}"`)));
  const largest = [...byModel(layers)].map(([name, layers]) => ({ name, layers }))
    .sort((a, b) => b.layers.length - a.layers.length)[0];
  return { path, network: plain[0] ?? average ?? largest!, average, statistics: statisticsOf(layers) };
}

/**
 * The model that is the average, by the name of the attribute that holds it. Of two models Keras writes but one under
 * its attribute, and leaves the other as `layers/functional`: Keras 3 the network, Keras 2 the average.
 */
function averageOf(models: readonly KerasModel[]): KerasModel | undefined {
  const named = models.find(({ name }) => /(^|[/_])(ema|average)/.test(name));
  if (named !== undefined || models.length !== 2) return named;
  const nameless = models.filter(({ name }) => /(^|\/)layers\/functional$/.test(name));
  return nameless.length === 1 ? nameless[0] : undefined;
}

/** Mean and variance in a file that holds a normalization layer. */
export async function readStatistics(path: string, signal: AbortSignal): Promise<KerasFile["statistics"]> {
  return statisticsOf(await readLayers(path, signal));
}

async function readLayers(path: string, signal: AbortSignal): Promise<KerasLayer[]> {
  try {
    const layers = kerasLayers(await readHdf5(path, { signal }));
    if (layers.length > 0) return layers;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new DenoiseError(importUnreadable(path, "there is no such file"));
    if (!(error instanceof Hdf5Error)) throw error;
    throw new DenoiseError(importUnreadable(path, error.message.replace(/^Cannot read "[^"]*": /, "")));
  }
  throw new DenoiseError(importUnreadable(path, "it holds no layers with weights"));
}

function statisticsOf(layers: readonly KerasLayer[]): KerasFile["statistics"] {
  const weights = layers.find(({ kind }) => kind === "normalization" || kind === "normalizer")?.weights;
  const mean = weights?.get("mean") ?? weights?.get("0");
  const variance = weights?.get("variance") ?? weights?.get("1");
  return mean === undefined || variance === undefined ? undefined : { mean, variance };
}
