/** A model that stays loaded: pictures, again and again, for what the network costs. */
import * as tf from "@tensorflow/tfjs";
import type { ImageShape } from "../../kinds/common.ts";
import { modelDisposed } from "../../problems/messages/model.ts";
import { samplesNotFinite } from "../../problems/messages/run.ts";
import { DenoiseError } from "../../problems/problem.ts";
import type { PluginSource, Recipe } from "../../recipe/types.ts";
import { loadModel as load, type LoadOptions, type Model } from "../../run/load.ts";
import { toPictures } from "../../run/pictures.ts";
import { evaluationsPerStep } from "../../programs/evaluations.ts";
import type { Console } from "../../terminal/console.ts";
import { silentConsole } from "../../terminal/silent.ts";
import { GeneratedPicture } from "./picture.ts";
import { batchSizes, checkNumbers, type GenerateRequest, labelsOf, type SamplerStage, seedsOf } from "./request.ts";
import { type Begin, beginWith, disposeBegin, type StartingPicture, strengthOf } from "../from_picture.ts";
import { ModelSamplers, type ReadySampler } from "./samplers.ts";
import { Turns } from "./turns.ts";

/** What loading a model takes; nothing is needed. */
export interface ModelOptions extends Omit<LoadOptions, "plugins"> {
  /** Where plugins are found. Default: the built-in ones. */
  readonly plugins?: PluginSource;
  /** Told of downloads and warnings. Default: nobody is. */
  readonly console?: Console;
}

/** One of the recipe's samplers. */
export interface SamplerFacts {
  /** Its name in the recipe. */
  readonly name: string;
  /** Its plugin, such as `ddim`. */
  readonly plugin: string;
  /** Diffusion steps, unless others are asked for. */
  readonly steps: number;
  /** Evaluations of the network in a step, with guidance two for each. */
  readonly evaluationsPerStep: number;
  /** Its options, defaults filled in. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** Images of a batch, on the device. */
export interface GeneratedTensors {
  /** One for each image. */
  readonly seeds: readonly number[];
  /** In 0 to 1, float32 `[seeds, height, width, channels]`. Whoever gets it disposes of it, before the model. */
  readonly images: tf.Tensor4D;
}

/**
 * A model that stays loaded, for as many pictures as are wanted. Calls at the same time take turns, batch by batch.
 * Disposing of it waits for the batch under way and frees the device.
 */
export interface LoadedModel extends AsyncDisposable {
  /** The checkpoint, or the file of weights. */
  readonly checkpoint: string;
  /** The recipe in it. */
  readonly recipe: Recipe;
  /** Steps of training. */
  readonly step: number;
  /** Shape of the images. */
  readonly image: ImageShape;
  /** Names of the classes, where the data had some. */
  readonly classes: readonly string[] | undefined;
  /** The recipe's samplers, the one that is used by default first. */
  readonly samplers: readonly SamplerFacts[];
  /** Names of the sampler plugins that can be asked for as well. */
  readonly samplerPlugins: readonly string[];
  /** Pictures in a batch, unless another number is asked for: the batch size of training. */
  readonly batch: number;
  /** One line on what it runs on. */
  readonly backend: string;
  /**
   * Pictures, in the order of their seeds, as each batch is done. The same seed gives the same picture as `sample` does,
   * whatever it is generated with.
   *
   * @throws {DenoiseError} for seeds, steps or samplers that cannot be, at once; for images that hold NaN or infinity, and
   *   where the model was disposed of, when they are iterated
   */
  generate(request?: GenerateRequest): AsyncGenerator<GeneratedPicture, void, void>;
  /** The same as tensors, a batch at a time. */
  tensors(request?: GenerateRequest): AsyncGenerator<GeneratedTensors, void, void>;
  /** Compiles what a batch of each of these sizes takes, so that the first pictures need not wait for it. */
  warm(sizes: readonly number[], request?: Pick<GenerateRequest, "sampler" | "steps" | "signal">): Promise<void>;
}

/**
 * Loads a model to use it for as long as it is wanted.
 *
 * @param target a run folder, a checkpoint or a file of exported weights
 * @throws {DenoiseError} when there is no checkpoint, it is damaged, the recipe in it no longer works, or another model runs
 *   on another backend
 */
export async function openModel(
  target: string,
  options: ModelOptions & Pick<LoadOptions, "plugins">,
): Promise<LoadedModel> {
  const { console = silentConsole, ...rest } = options;
  return new Loaded(await load(target, rest, console), options.plugins);
}

class Loaded implements LoadedModel {
  readonly checkpoint: string;
  readonly recipe: Recipe;
  readonly step: number;
  readonly image: ImageShape;
  readonly classes: readonly string[] | undefined;
  readonly samplers: readonly SamplerFacts[];
  readonly samplerPlugins: readonly string[];
  readonly batch: number;
  readonly backend: string;
  readonly #model: Model;
  readonly #samplers: ModelSamplers;
  readonly #turns = new Turns();
  #disposed: Promise<void> | undefined;

  constructor(model: Model, plugins: PluginSource) {
    const { session: { graph, backend, guides }, average, position, path } = model;
    this.#model = model;
    this.#samplers = new ModelSamplers(graph, backend, plugins, { guides, average });
    this.checkpoint = path;
    this.recipe = graph.recipe;
    this.step = position.step;
    this.image = graph.image;
    this.classes = position.classes;
    this.samplers = graph.all("sampler").map((sampler) => ({
      name: String(sampler.path[1]),
      plugin: sampler.plugin.name,
      steps: sampler.stage.steps,
      evaluationsPerStep: evaluationsPerStep(sampler),
      options: sampler.options,
    }));
    this.samplerPlugins = plugins.names("sampler");
    this.batch = graph.one("dataset").options.batch_size;
    this.backend = backend.description;
  }

  generate(request: GenerateRequest = {}): AsyncGenerator<GeneratedPicture, void, void> {
    const batches = this.#batches(request, async (images, seeds) => {
      const pictures = await toPictures(images);
      return seeds.map((seed, i) => new GeneratedPicture(seed, pictures[i]!));
    });
    return async function* () {
      for await (const pictures of batches) yield* pictures;
    }();
  }

  tensors(request: GenerateRequest = {}): AsyncGenerator<GeneratedTensors, void, void> {
    return this.#batches(request, (images, seeds) => {
      if (images.shape[0] === seeds.length) return Promise.resolve({ seeds, images });
      const first = tf.slice4d(images, [0, 0, 0, 0], [seeds.length, -1, -1, -1]);
      images.dispose();
      return Promise.resolve({ seeds, images: first });
    });
  }

  async warm(
    sizes: readonly number[],
    request: Pick<GenerateRequest, "sampler" | "steps" | "signal"> = {},
  ): Promise<void> {
    for (const size of sizes) {
      for await (const _ of this.generate({ ...request, count: size, batch: size })) { /* only to compile */ }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (this.#disposed ??= this.#turns.take(() => this.#model[Symbol.asyncDispose]()));
  }

  /** Batches of a request, checked at once; each is taken over by `take` while it is its turn. */
  #batches<T>(
    request: GenerateRequest,
    take: (images: tf.Tensor4D, seeds: readonly number[]) => Promise<T>,
  ): AsyncGenerator<T, void, void> {
    const { sampler, steps, batch = this.batch, signal, progress, taken, from: start } = request;
    const strength = start && strengthOf(start);
    const seeds = seedsOf(request);
    checkNumbers(request);
    this.#samplers.check(sampler);
    const labels = labelsOf(request, seeds, this.classes);
    const sizes = batchSizes(seeds.length, batch);
    const one = (from: number, size: number, number: number) => async () => {
      const ready = await this.#samplers.ready(sampler, steps, strength);
      const filled = (list: readonly number[]) =>
        Array.from({ length: size }, (_, i) => list[Math.min(from + i, list.length - 1)]!);
      const begin = start && await this.#begin(ready.stage, start, size, labels?.[from], signal);
      let images: tf.Tensor4D;
      try {
        images = await this.#run(ready, {
          ...begin?.options,
          items: filled(seeds),
          labels: labels && filled(labels),
          signal,
          ...(taken === undefined ? {} : { taken }),
          progress: (done, total) => progress?.(number * total + done, sizes.length * total),
        });
      } finally {
        disposeBegin(begin);
      }
      return await take(images, seeds.slice(from, from + size));
    };
    const turn = (work: () => Promise<T>) => {
      if (this.#disposed === undefined) return this.#turns.take(work, signal);
      throw new DenoiseError(modelDisposed(this.checkpoint));
    };
    return async function* () {
      let from = 0;
      for (const [number, size] of sizes.entries()) {
        yield await turn(one(from, size, number));
        from += size;
      }
    }();
  }

  /** What a batch of `count` images begins with, where it is a picture. */
  #begin(
    sampler: ReadySampler["stage"],
    start: StartingPicture,
    count: number,
    label: number | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Begin> {
    const { session: { graph, backend, statistics, guides }, average } = this.#model;
    const tools = {
      backend,
      guides,
      state: average,
      statistics,
      signal,
      labels: label === undefined ? undefined : [label],
    };
    return beginWith(graph, sampler, start, count, tools);
  }

  /** The images of one batch. @throws {DenoiseError} where they hold NaN or infinity */
  async #run(
    { stage, generate }: Awaited<ReturnType<ModelSamplers["ready"]>>,
    options: Omit<Parameters<typeof generate>[0], "state" | "statistics" | "seed" | "notFinite">,
  ): Promise<tf.Tensor4D> {
    const { session: { statistics }, average } = this.#model;
    let finite = true;
    const notFinite = () => void (finite = false);
    // The seeds of the pictures tell them apart: that of the sampler is always 0, as `sample` has it.
    const batches = generate({ state: average, statistics, seed: 0, notFinite, ...options });
    for await (const images of batches) {
      if (finite) return images;
      images.dispose();
    }
    throw new DenoiseError(samplesNotFinite(stage.id, `${stage.plugin.kind}/${stage.plugin.name}`));
  }
}

export type { GenerateRequest, SamplerStage };
