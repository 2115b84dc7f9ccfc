/** What golden tests share: plugins by name, tensors from fixtures. */
import { slotsFor } from "../../pipeline/contract/stand_ins.ts";
import * as tf from "@tensorflow/tfjs";
import { type Kind, type Kinds, kinds, type Slots } from "../../pipeline/kinds/mod.ts";
import type { Schedule } from "../../pipeline/kinds/schedule.ts";
import type { AnyPlugin } from "../../pipeline/kinds/plugin.ts";
import { z } from "zod";
import type { Network } from "../../pipeline/kinds/network.ts";
import { type Hooks, residualUnet } from "../../plugins/network/shared/residual_unet.ts";
import attentionNetwork from "../../plugins/network/attention-unet.ts";
import { attentionUnet } from "../../plugins/network/shared/attention_unet.ts";
import clearUnet from "../../plugins/network/clear-unet.ts";
import kerasUnet from "../../plugins/network/residual-unet.ts";
import type { Random } from "../../lib/tensor/random.ts";
import type { State } from "../../lib/tensor/tree.ts";
import { type Fill, fill, type Golden } from "./golden.ts";

/** A built-in plugin; undefined while there is none of that name. */
export async function builtin<K extends Kind>(kind: K, name: string): Promise<AnyPlugin<K> | undefined> {
  const file = new URL(`../../plugins/${kind}/${name}.ts`, import.meta.url);
  try {
    await Deno.stat(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  return (await import(file.href)).default;
}

/** Makes a stage; an option that the plugin does not know is an error. */
export async function make<K extends Kind>(
  kind: K,
  name: string,
  options: Record<string, unknown> = {},
  slots: Partial<Slots> = {},
): Promise<Kinds[K]> {
  const plugin = await builtin(kind, name);
  if (plugin === undefined) throw new Error(`Cannot find plugin "${kind}/${name}"`);
  const common = z.object(kinds[kind].options).parse({});
  // deno-lint-ignore no-explicit-any -- a plugin of any options
  const context: any = {
    options: { ...common, ...plugin.options.strict().parse(options) },
    ...slotsFor(plugin.needs ?? [], { height: 64, width: 64, channels: 3 }),
    ...slots,
  };
  return await plugin.create(context);
}

/** A plugin that settings name, as what a case waits for while there is none: "parametrization flow". */
export async function waitsFor(kind: Kind, name: unknown): Promise<string | undefined> {
  return await builtin(kind, String(name)) === undefined ? `${kind} ${name}` : undefined;
}

/** A tensor of a fixture. */
export function tensor<R extends tf.Rank>(
  { data, shape }: { data: Float64Array | Float32Array | Int32Array; shape: readonly number[] },
): tf.Tensor<R> {
  return tf.tensor(data as Float32Array, [...shape] as tf.ShapeMap[R], "float32");
}

/** Checks that settings hold no key that a test does not understand. */
export function understand(settings: Readonly<Record<string, unknown>>, known: readonly string[], where: string): void {
  for (const key of Object.keys(settings)) {
    if (!known.includes(key)) {
      throw new Error(`Cannot tell what setting "${key}" of "${where}" means; known: ${known.join(", ")}`);
    }
  }
}

/** Checks that a topic's settings, and what else its JSON holds, are what a test was written for. */
export function understandTopic(
  { topic, json }: Golden,
  settings: readonly string[],
  extras: readonly string[] = [],
): void {
  understand(json.settings, settings, topic);
  understand(json, ["topic", "about", "file", "dtype", "layout", "settings", "tensors", ...extras], topic);
}

/** The schedule that settings describe, or what it waits for. */
export async function scheduleOf(
  settings: Readonly<Record<string, unknown>>,
  where: string,
): Promise<Schedule | string> {
  const { schedule, start_log_snr, end_log_snr, min_signal_rate, max_signal_rate } = settings;
  if (schedule === "keras-io-cosine") return await make("schedule", "cosine", { min_signal_rate, max_signal_rate });
  if (typeof schedule !== "string") throw new Error(`Cannot tell what schedule "${schedule}" of "${where}" is`);
  const [name, commit] = schedule.split("@") as [string, string?];
  if (await builtin("schedule", name) === undefined) return `schedule ${schedule}`;
  if (commit !== undefined && schedule !== "noise-step-linear@98fbccd") {
    throw new Error(`Cannot tell what schedule "${schedule}" of "${where}" is`);
  }
  return await make("schedule", name, {
    start_log_snr,
    end_log_snr,
    ...(commit === undefined ? {} : { growth: "quickening" }),
  });
}

/** What a description of a network holds besides the network's shape. */
const aside = ["image_size", "library", "source", "batch", "parameters", "weights", "ema_weights", "group_norm"];

/** The network that a description asks for. Keys of the description that say more are named in `also`. */
export function networkOf(
  description: Readonly<Record<string, unknown>>,
  [, height, width, channels]: readonly number[],
  where: string,
  hooks: Hooks = {},
  also: readonly string[] = [],
): Network {
  const head = [
    "attentions",
    "patch_size",
    "noise_embedding_max_frequency",
    "noise_embedding_dims",
    "image_embedding_dims",
  ];
  const keras = ["embedding_dims", "embedding_max_frequency"];
  understand(description, ["widths", "block_depth", ...keras, ...head, ...aside, ...also], where);
  const { widths, block_depth } = description;
  const image = { height: height!, width: width!, channels: channels! };
  if ("attentions" in description) {
    const options = attentionNetwork.options.parse({
      widths,
      block_depth,
      attention_levels: (description.attentions as boolean[]).flatMap((has, level) => has ? [level] : []),
      patch_size: description.patch_size,
      embedding_dims: description.noise_embedding_dims,
      max_frequency: description.noise_embedding_max_frequency,
      image_dims: description.image_embedding_dims,
    });
    return attentionUnet(options, image, hooks);
  }
  if ("image_embedding_dims" in description) {
    const options = clearUnet.options.parse({
      widths,
      block_depth,
      embedding_dims: description.noise_embedding_dims,
      max_frequency: description.noise_embedding_max_frequency,
      image_dims: description.image_embedding_dims,
    });
    return residualUnet(options, image, hooks);
  }
  const { embedding_dims, embedding_max_frequency: max_frequency } = description;
  return residualUnet(kerasUnet.options.parse({ widths, block_depth, embedding_dims, max_frequency }), image, hooks);
}

/** A network state filled by formula. */
export function trainingStateOf(weights: unknown): State {
  const state: State = { trainable: {}, buffers: {} };
  for (const weight of weights as (Fill & { path: string; trainable: boolean })[]) {
    state[weight.trainable ? "trainable" : "buffers"][weight.path] = tensor({
      data: fill(weight),
      shape: weight.shape,
    });
  }
  return state;
}

/** Draws of nothing but zeros, for one item. */
export const noDraws: Random = {
  fork: () => noDraws,
  bits: (shape) => tf.zeros([1, ...shape], "int32"),
  uniform: (shape) => tf.zeros([1, ...shape]),
  normal: (shape) => tf.zeros([1, ...shape]),
};
