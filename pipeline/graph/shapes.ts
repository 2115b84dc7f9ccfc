/** Checks the shapes that stages return, on tensors without values: nothing is computed. */
import * as tf from "@tensorflow/tfjs";
import { createRandom, seedTensor, type TensorSpec, traceCost, UnknownOpError } from "../../lib/tensor/mod.ts";
import type { Components, ImageShape, Rates } from "../kinds/common.ts";
import { startOf } from "../kinds/loss_start.ts";
import type { Kind, Kinds } from "../kinds/mod.ts";
import * as messages from "../problems/messages/graph.ts";
import type { Message } from "../problems/messages/text.ts";
import type { Problem } from "../problems/problem.ts";
import type { Recipe } from "../recipe/types.ts";
import { attempt, pluginId } from "./create.ts";
import { ofKind } from "./of_kind.ts";
import type { Stage } from "./types.ts";

/** What a call of a stage returned, by name, and the shapes it should have. */
interface Probe {
  readonly got: Record<string, tf.Tensor | undefined>;
  readonly want: Record<string, readonly number[]>;
  /** What the call got of the call before, and hands on to the next: it keeps its names and types, too. */
  readonly carried?: Record<string, tf.Tensor>;
}

/** What the parametrization measures of the training pictures, without values. */
type Known = { readonly measured: Record<string, tf.Tensor> };

/** One call of a stage with small inputs. `before`: shape of the pictures that enter it. */
interface Call<K extends Kind> {
  readonly name: string;
  probe(stage: Kinds[K], known: { image: ImageShape; before: ImageShape; after: ImageShape } & Known): Probe;
}

const batch = 2;
const size = ({ height, width, channels }: ImageShape): [number, number, number, number] => [
  batch,
  height,
  width,
  channels,
];
const draws = (items = [0, 1]) => {
  const step = tf.scalar(0, "int32");
  return createRandom({ seed: seedTensor(0), stream: "shapes", step, items: tf.tensor1d(items, "int32") });
};
const rates = (): Rates => ({ signal: tf.ones([batch, 1, 1, 1]), noise: tf.ones([batch, 1, 1, 1]) });
const components = (image: tf.Tensor4D): Components => ({ signal: image, noise: image, velocity: image });
const weights = (): Record<string, tf.Tensor> => ({ kernel: tf.ones([3, 2]), bias: tf.ones([2]) });
const weightShapes = (name: string) => ({ [`${name}.kernel`]: [3, 2], [`${name}.bias`]: [2] });
const prefixed = (name: string, record: Record<string, tf.Tensor>) =>
  Object.fromEntries(Object.entries(record).map(([key, tensor]) => [`${name}.${key}`, tensor]));
const shapesOf = (record: Record<string, tf.Tensor>) =>
  Object.fromEntries(Object.entries(record).map(([key, tensor]) => [key, tensor.shape]));

const calls: { readonly [K in Kind]?: Call<K> } = {
  augmentation: {
    name: "apply",
    probe: (stage, { before, after }) => ({
      got: {
        images: stage.apply(tf.zeros(size(before)), { random: draws(), training: true }),
        tells: stage.tells?.of(draws()),
      },
      want: { images: size(after), ...(stage.tells === undefined ? {} : { tells: [batch, stage.tells.numbers] }) },
    }),
  },
  normalizer: {
    name: "normalize",
    probe: (stage, { image }) => ({
      got: { images: stage.normalize(stage.blank(image), tf.zeros(size(image))) },
      want: { images: size(image) },
    }),
  },
  network: {
    name: "apply",
    probe(stage, { image }) {
      const level = tf.zeros<tf.Rank.R4>([batch, 1, 1, 1]);
      const { jump, condition, classes, augment = 0, features: names = [] } = stage.offers ?? {};
      const input = {
        image: tf.zeros<tf.Rank.R4>(size(image)),
        level,
        ...(augment === 0 ? {} : { augment: tf.zeros<tf.Rank.R2>([batch, augment]) }),
        ...(jump ? { to: level } : {}),
        ...(condition === undefined ? {} : { condition: tf.zeros<tf.Rank.R4>(size(condition)) }),
        ...(classes === undefined ? {} : { label: tf.tensor1d([0, -1], "int32") }),
      };
      const mode = { training: true, random: draws(), ...(names.length === 0 ? {} : { features: names }) };
      const { output, features = {} } = stage.apply(stage.init(draws([0]), image), input, mode);
      const wanted = Object.fromEntries(names.map((name) => [name, [batch, ...features[name]?.shape.slice(1) ?? []]]));
      return {
        got: { output, ...prefixed("features", features) },
        want: { output: size(image), ...Object.fromEntries(names.map((name) => [`features.${name}`, wanted[name]!])) },
      };
    },
  },
  parametrization: {
    name: "components",
    probe(stage, { image, measured }) {
      const images = tf.zeros<tf.Rank.R4>(size(image));
      const got = {
        ...stage.input(images, rates(), measured),
        ...stage.components(images, images, rates(), measured),
      };
      const [signal, noise, velocity] = [size(image), size(image), size(image)];
      return { got, want: { image: size(image), level: [batch, 1, 1, 1], signal, noise, velocity } };
    },
  },
  loss: {
    name: "measure",
    probe(stage, { image, measured }) {
      const state = startOf(stage, draws([0])), { trainable, buffers } = state;
      checkRecord("init", trainable, {}), checkRecord("init", buffers, {});
      const levels = stage.levels(draws(), batch, { state, measured });
      const images = tf.zeros<tf.Rank.R4>(size(image));
      const all = [components(images), components(images), rates()] as const;
      const { objective, errors, buffers: after = buffers } = stage.measure(...all, { state, measured });
      if (stage.train !== undefined && stage.asks?.features === undefined) { // features are for the network to give
        const denoise = (noisy: tf.Tensor4D) => ({ ...components(noisy), features: {} });
        const { objective, errors, buffers: after = buffers } = stage.train({
          images,
          denoise,
          levels: () => levels,
          step: tf.scalar(0, "int32"),
          random: draws(),
          state,
          measured,
        });
        checkRecord("train", { objective, loss: errors?.loss }, { objective: [], loss: [] });
        checkRecord("train", after, shapesOf(buffers));
      }
      return {
        got: {
          ...{ signal: levels.signal, noise: levels.noise, objective, "errors.loss": errors.loss },
          ...prefixed("state", after),
        },
        want: {
          ...{ signal: [batch, 1, 1, 1], noise: [batch, 1, 1, 1], objective: [], "errors.loss": [] },
          ...shapesOf(prefixed("state", buffers)),
        },
        carried: prefixed("state", buffers),
      };
    },
  },
  optimizer: {
    name: "update",
    probe(stage) {
      const before = stage.init(weights());
      const step = tf.scalar(1, "int32");
      const around = { step, norm: tf.scalar(1), course: { steps: step, epochSteps: step } };
      const { trainable, state } = stage.update({
        ...{ trainable: weights(), gradients: weights(), state: before },
        ...around,
      });
      return {
        got: { ...prefixed("trainable", trainable), ...prefixed("state", state) },
        want: { ...weightShapes("trainable"), ...shapesOf(prefixed("state", before)) },
        carried: prefixed("state", before),
      };
    },
  },
  ema: {
    name: "update",
    probe(stage) {
      const network = { trainable: weights(), buffers: weights() };
      const { trainable, buffers } = stage.update(stage.init(network), network, tf.scalar(1, "int32"));
      return {
        got: { ...prefixed("trainable", trainable), ...prefixed("buffers", buffers) },
        want: { ...weightShapes("trainable"), ...weightShapes("buffers") },
      };
    },
  },
  sampler: {
    name: "step",
    probe(stage, { image }) {
      const before = stage.init(tf.zeros(size(image)));
      checkRecord("init", before, { image: size(image) });
      const row = tf.tensor1d([...stage.plan()[0]!], "float32");
      const result: unknown = stage.step(before, row, {
        denoise: (noisy) => components(noisy),
        ...(stage.asks?.jump ? { jump: (image: tf.Tensor4D) => ({ ...components(image), image }) } : {}),
        clip: (signal) => signal,
        random: draws(),
      });
      if (result instanceof Promise) {
        throw new Unfit("step", "a promise", "it is traced into a program, which cannot wait");
      }
      const { state = {}, signal } = (result ?? {}) as Partial<ReturnType<Kinds["sampler"]["step"]>>;
      return {
        got: { ...prefixed("state", state as Record<string, tf.Tensor>), signal },
        want: { ...shapesOf(prefixed("state", before)), signal: size(image) },
        carried: { ...prefixed("state", before), signal: tf.zeros(size(image)) },
      };
    },
  },
};

/** A stage returned something of another kind than promised. */
class Unfit extends Error {
  constructor(readonly call: string, readonly what: string, readonly fix: string) {
    super(what);
  }
}

/** @throws Unfit where a stage did not return a record of tensors with these among them */
function checkRecord(call: string, value: unknown, want: Record<string, readonly number[]>): void {
  const names = Object.keys(want).join(", ");
  const fix = `it returns a record of tensors with ${names}`;
  if (value instanceof tf.Tensor) throw new Unfit(call, "a tensor", fix);
  if (typeof value !== "object" || value === null) throw new Unfit(call, String(value), fix);
  for (const [name, tensor] of Object.entries(value)) {
    if (!(tensor instanceof tf.Tensor)) throw new Unfit(call, `${typeof tensor} as ${name}`, fix);
  }
  for (const [name, shape] of Object.entries(want)) {
    const { [name]: tensor } = value as Record<string, tf.Tensor>;
    if (tensor === undefined) throw new Unfit(call, `no ${name}`, fix);
    if (String(tensor.shape) === String(shape)) continue;
    throw new Unfit(call, `${name} of shape [${tensor.shape.join(", ")}]`, `${name} is of shape [${shape.join(", ")}]`);
  }
}

/** Problems of stages whose tensors have other shapes than their kind promises. */
export async function checkShapes(
  recipe: Recipe,
  stages: readonly Stage[],
  shapes: { image: ImageShape; around(id: string): { before: ImageShape; after: ImageShape } },
): Promise<Problem[]> {
  const problems: Problem[] = [];
  const [parametrization] = ofKind(stages, "parametrization");
  const measured = () => parametrization?.stage.blank?.() ?? {};
  for (const stage of stages) {
    const call = calls[stage.kind] as Call<Kind> | undefined;
    if (call === undefined) continue;
    const plugin = pluginId(stage);
    const result = await attempt(recipe, stage, call.name, async () => {
      let want: Probe["want"] = {}, types: Record<string, string> = {};
      try {
        const got = await trace(() => {
          const probe = call.probe(stage.stage, {
            image: shapes.image,
            ...shapes.around(stage.id),
            measured: measured(),
          });
          want = probe.want;
          types = Object.fromEntries(Object.entries(probe.carried ?? {}).map(([name, { dtype }]) => [name, dtype]));
          const got = Object.entries(probe.got).filter((entry): entry is [string, tf.Tensor] => entry[1] !== undefined);
          return Object.fromEntries(got);
        }, plugin);
        return got && unfit(plugin, call.name, got, want, types);
      } catch (error) {
        if (error instanceof Unfit) return messages.resultUnfit(plugin, error.call, error.what, error.fix);
        throw error;
      }
    });
    if ("problems" in result) problems.push(...result.problems);
    else if (result.value !== undefined) problems.push(recipe.problem(stage.path, result.value));
  }
  return problems;
}

/** What is wrong with the tensors that a call returned. `types`: of those that are carried from call to call. */
function unfit(
  plugin: string,
  call: string,
  got: Record<string, TensorSpec>,
  want: Probe["want"],
  types: Record<string, string>,
): Message | undefined {
  for (const [name, shape] of Object.entries(want)) {
    const found = got[name];
    if (String(found?.shape) !== String(shape)) return messages.shapeUnfit(plugin, call, name, found?.shape, shape);
    const type = types[name];
    if (type !== undefined && found!.dtype !== type) return messages.typeUnfit(plugin, call, name, found!.dtype, type);
  }
  const more = Object.keys(got).find((name) => name.startsWith("state.") && !(name in want));
  if (more === undefined) return undefined;
  return messages.resultUnfit(plugin, call, more, "state keeps its names from call to call: give it in init as well");
}

/** Shapes that a call returns. Undefined where an op has no shape rule: that is not the plugin's fault. */
async function trace(
  fn: () => Record<string, tf.Tensor>,
  name: string,
): Promise<Record<string, TensorSpec> | undefined> {
  try {
    return (await traceCost(fn, [], name)).output as Record<string, TensorSpec>;
  } catch (error) {
    if (error instanceof UnknownOpError) return undefined;
    throw error;
  }
}
