/** Matches the layers in a Keras file with those of a network. */
import type { KerasLayer } from "../../../lib/files/mod.ts";
import type { KerasPart } from "../../kinds/network.ts";
import { importUnfit } from "../../problems/messages/interchange.ts";
import { counted, listed } from "../../problems/messages/text.ts";
import { DenoiseError } from "../../problems/problem.ts";
import type { HostTree } from "../../run/host_tensors.ts";

/** What a network wants: its layers, and the shape of each of its weights. */
export interface Wanted {
  readonly parts: readonly KerasPart[];
  readonly shapes: Readonly<Record<string, readonly number[]>>;
}

/** The models of a file that have as many layers of each kind as the network. */
export function fittingModels(layers: readonly KerasLayer[], { parts }: Wanted): Map<string, KerasLayer[]> {
  const kinds = [...new Set(parts.map(({ kind }) => kind))];
  const count = (all: readonly { kind: string }[], kind: string) => all.filter((one) => one.kind === kind).length;
  return new Map(
    [...byModel(layers)].filter(([, own]) => kinds.every((kind) => count(own, kind) === count(parts, kind))),
  );
}

/** Layers by the model that they are a part of. */
export function byModel(layers: readonly KerasLayer[]): Map<string, KerasLayer[]> {
  const models = new Map<string, KerasLayer[]>();
  for (const layer of layers) models.set(layer.model, [...models.get(layer.model) ?? [], layer]);
  return models;
}

/**
 * The weights of a network by our names, from the layers of one model.
 *
 * Layers of a kind come in the order of construction where the file gives it. Otherwise they are in order of depth, in
 * which those of one shape still follow each other as constructed: each weight then takes the first that fits.
 *
 * @throws {DenoiseError} that names what is missing, or both shapes
 */
export function matchLayers(file: string, layers: readonly KerasLayer[], { parts, shapes }: Wanted): HostTree {
  const unfit = (what: string, help: string[] = []) => new DenoiseError(importUnfit(file, what, help));
  const found: HostTree = {};
  for (const kind of new Set(parts.map((part) => part.kind))) {
    const own = layers.filter((layer) => layer.kind === kind);
    const wanted = parts.filter((part) => part.kind === kind);
    if (own.length !== wanted.length) {
      throw unfit(
        `it has ${counted(own.length, `layer`)} "${kind}", and the network ${wanted.length}`,
        own.length < wanted.length ? [`none is left for "${nameOf(wanted[own.length]!)}"`] : [],
      );
    }
    const left = [...own];
    for (const part of wanted) {
      const fits = (layer: KerasLayer) => misfit(layer, part, shapes) === undefined;
      const place = left[0]!.constructed ? 0 : left.findIndex(fits);
      const layer = left[Math.max(place, 0)]!;
      const wrong = misfit(layer, part, shapes);
      if (wrong !== undefined) {
        const others = own.filter(fits).map(kerasName);
        throw unfit(wrong, others.length === 0 ? [] : [`of that shape it has ${listed(others, "and", 6)}`]);
      }
      left.splice(place, 1);
      for (const [key, path] of Object.entries(part.weights)) {
        const { shape, data } = weightOf(layer, part, key)!;
        found[path] = { dtype: "F32", shape, data };
      }
    }
  }
  return found;
}

/** What keeps a layer from being a part of the network. */
function misfit(layer: KerasLayer, part: KerasPart, shapes: Wanted["shapes"]): string | undefined {
  for (const [key, path] of Object.entries(part.weights)) {
    const tensor = weightOf(layer, part, key);
    if (tensor === undefined) return `its layer "${kerasName(layer)}" has no ${key}, which "${path}" takes`;
    if (String(tensor.shape) === String(shapes[path])) continue;
    return `${key} of its layer "${kerasName(layer)}" is [${tensor.shape}], and "${path}" is [${shapes[path]}]`;
  }
  return undefined;
}

/** A weight by name, or by its place in its group. */
function weightOf({ weights }: KerasLayer, part: KerasPart, key: string) {
  const folder = key.slice(0, key.lastIndexOf("/") + 1);
  const together = Object.keys(part.weights).filter((other) => other.slice(0, other.lastIndexOf("/") + 1) === folder);
  return weights.get(key) ?? weights.get(folder + together.indexOf(key));
}

function kerasName({ kind, number }: KerasLayer): string {
  return number === 0 ? kind : `${kind}_${number}`;
}

function nameOf({ weights }: KerasPart): string {
  return Object.values(weights)[0]!.replace(/\.[^.]*$/, "");
}
