/** Picture `diffusion`: one image over time, with its signal, its noise and its velocity. */
import * as tf from "@tensorflow/tfjs";
import { drawFigure, type Picture } from "../../../lib/image/mod.ts";
import { createRandom, disposeTree, seedTensor, type TensorRecord } from "../../../lib/tensor/mod.ts";
import type { Graph } from "../../graph/types.ts";
import { wire } from "../../graph/wire.ts";
import type { Backend } from "../../kinds/backend.ts";
import { ratesOf, velocityOf } from "../../kinds/diffusion.ts";
import { heldOutMissing } from "../../problems/messages/pictures.ts";
import { DenoiseError } from "../../problems/problem.ts";
import { readRecipe } from "../../recipe/read.ts";
import { loadModel } from "../../run/load.ts";
import { toPictures } from "../../run/pictures.ts";
import { runFolderAt } from "../../run/run_folder.ts";
import { fitted, readImage } from "../model_picture.ts";
import { checkSeed, checkWhole } from "../options.ts";
import { openData } from "../../run/session.ts";
import { startBackend } from "../../run/start_backend.ts";
import { statisticsOf } from "../../run/restore.ts";
import { takeBackend } from "../../run/share_backend.ts";
import type { Console } from "../../terminal/console.ts";
import { row } from "../../terminal/rows.ts";
import type { PictureOptions, PictureResult } from "./options.ts";
import { fileFor, moves, saveAnimation, savePicture } from "./save.ts";

/** What to draw. */
export interface DiffusionOptions extends Omit<PictureOptions, "seed"> {
  /** Seed of the noise. Integer from 0 on. Default 0. */
  readonly seed?: number;
  /** A picture file to take apart. Default: one of the dataset's that are held out. */
  readonly image?: string;
  /** Number of the picture that is held out. Default 0. */
  readonly item?: number;
  /** Times from 0 to 1, a column each, or a frame each in an animation. Default 9, and 48. */
  readonly columns?: number;
  /** Milliseconds a frame. Default 80. */
  readonly delay?: number;
  /** Folder for downloads and decoded pictures. Default: the user's cache folder. */
  readonly cache?: string;
}

/** What an image is made of over time, `[times][…]`. */
export interface Diffusion {
  readonly noisy: Picture[];
  readonly signal: Picture[];
  readonly noise: Picture[];
  readonly velocity: Picture[];
}

/**
 * Draws the noisy image, its parts and its velocity at times from 0 to 1.
 *
 * @param target a run folder or a checkpoint; or a recipe, whose normalizer is fitted first
 */
export async function diffusionPicture(
  target: string,
  options: DiffusionOptions,
  console: Console,
): Promise<PictureResult> {
  const { seed = 0, item = 0, delay = 80 } = options;
  checkSeed(seed, 1, options.overrides);
  checkWhole("item", item, 0, 2 ** 31);
  checkWhole("delay", delay, 20, 60_000);
  if (options.columns !== undefined) checkWhole("columns", options.columns, 2, 1000);
  const file = fileFor(options.out, "a picture or an animation", "diffusion.png", await runFolderAt(target));
  const moving = moves(file);
  const count = options.columns ?? (moving ? 48 : 9);
  const times = Array.from({ length: count }, (_, i) => i / (count - 1));
  await using subject = await open(target, { ...options, item }, console);
  const { graph, backend, statistics, picture } = subject;
  const parts = await diffuse({ graph, backend, statistics, picture, times, seed });
  const labels = ["noisy image", "signal part", "noise part", "velocity"];
  const rows = [parts.noisy, parts.signal, parts.noise, parts.velocity];
  const { name } = graph.one("schedule").plugin;
  if (moving) {
    const still: Picture[] = [];
    for (const [i, time] of times.entries()) {
      const figure = { title: `Diffusion time ${time.toFixed(2)} (${name})`, columnLabels: labels };
      still.push(await drawFigure({ ...figure, rows: [rows.map((row) => row[i]!)], scale: scaleFor(picture) }));
    }
    // There and back again, with a rest at both ends.
    const order = [...still.keys(), ...[...still.keys()].slice(1, -1).reverse()];
    const rest = (i: number) => i === 0 || i === count - 1 ? Math.max(800, delay) : delay;
    await saveAnimation(file, order.map((i) => ({ picture: still[i]!, delay: rest(i) })), console);
  } else {
    const figure = {
      title: `An image over diffusion time (schedule ${name})`,
      columnsTitle: "diffusion time",
      columnLabels: times.map((time) => String(Number(time.toFixed(3)))),
      rowLabels: labels,
      rows,
    };
    await savePicture(file, await drawFigure(figure), console);
  }
  return { file };
}

/** Takes a picture apart at each time; the noise is the same throughout. */
async function diffuse({ graph, backend, statistics, picture, times, seed }: {
  graph: Graph;
  backend: Backend;
  statistics: TensorRecord;
  picture: Picture;
  times: readonly number[];
  seed: number;
}): Promise<Diffusion> {
  const { normalize, denormalize } = graph.one("normalizer").stage;
  const { logSnr } = graph.one("schedule").stage;
  const { height, width, channels } = graph.image;
  const compute = backend.compile(
    ({ pixels, rates, seed }: { pixels: tf.Tensor; rates: tf.Tensor; seed: tf.Tensor }, statistics: TensorRecord) => {
      const scaled = tf.div<tf.Tensor4D>(
        tf.cast(tf.slice(pixels, [0, 0, 0, 0], [1, height, width, channels]), "float32"),
        255,
      );
      const image = normalize(statistics, scaled);
      const items = tf.zeros([1], "int32");
      const noise = createRandom({ seed, stream: "diffusion", step: tf.scalar(0, "int32"), items })
        .normal([height, width, channels]);
      const [signalRate, noiseRate] = tf.split(tf.reshape(rates, [-1, 2, 1, 1]), 2, 1) as [tf.Tensor, tf.Tensor];
      const [signal, noisy] = [tf.mul(signalRate, image), tf.mul(noiseRate, noise)];
      const velocity = velocityOf<tf.Tensor>({ signal: image, noise }, { signal: signalRate, noise: noiseRate });
      const shown = (part: tf.Tensor) => denormalize(statistics, part as tf.Tensor4D) as tf.Tensor;
      return {
        noisy: shown(tf.add(signal, noisy)),
        signal: shown(signal),
        noise: shown(noisy),
        velocity: shown(velocity),
      };
    },
    { name: "diffusion of an image" },
  );
  const rates = times.map((time) => ratesOf(logSnr(time))).map(({ signal, noise }) => [signal, noise]);
  const given = {
    pixels: tf.tensor4d(picture.data, [1, height, width, 3], "int32"),
    rates: tf.tensor2d(rates, [times.length, 2]),
    seed: seedTensor(seed),
  };
  try {
    const parts = await compute(given, statistics);
    return {
      noisy: await toPictures(parts.noisy as tf.Tensor4D),
      signal: await toPictures(parts.signal as tf.Tensor4D),
      noise: await toPictures(parts.noise as tf.Tensor4D),
      velocity: await toPictures(parts.velocity as tf.Tensor4D),
    };
  } finally {
    disposeTree(given);
  }
}

interface Subject extends AsyncDisposable {
  readonly graph: Graph;
  readonly backend: Backend;
  readonly statistics: TensorRecord;
  readonly picture: Picture;
}

/** Gets the statistics of a model or of a recipe's dataset, and a picture. */
async function open(target: string, options: DiffusionOptions & { item: number }, console: Console): Promise<Subject> {
  const signal = options.signal ?? new AbortController().signal;
  const { cache, plugins, overrides = [] } = options;
  const pictureOf = async (graph: Graph, held?: () => Promise<Picture>) =>
    options.image === undefined ? await held!() : await readImage(options.image, graph);
  if (!/\.ya?ml$/i.test(target)) {
    const model = await loadModel(target, options, console);
    const { graph, backend, statistics } = model.session;
    try {
      const picture = await pictureOf(graph, async () => {
        await using pictures = await openData(graph, console, { signal, cache });
        return heldOut(pictures.validation, graph, options.item);
      });
      return { graph, backend, statistics, picture, [Symbol.asyncDispose]: () => model[Symbol.asyncDispose]() };
    } catch (error) {
      await model[Symbol.asyncDispose]();
      throw error;
    }
  }
  const graph = await wire(
    await readRecipe(target, { plugins, overrides, trust: { trained: true, ...options.trust } }),
  );
  await using parts = new AsyncDisposableStack();
  parts.use(takeBackend(graph, "drawing pictures of diffusion"));
  const backend = graph.one("backend").stage;
  await startBackend(graph, console, signal);
  parts.defer(() => backend.stop());
  row(console, "backend", backend.description);
  await using pictures = await openData(graph, console, { signal, cache });
  const statistics = await statisticsOf(graph, pictures, undefined, signal);
  parts.defer(() => disposeTree(statistics));
  const picture = await pictureOf(graph, () => Promise.resolve(heldOut(pictures.validation, graph, options.item)));
  const held = parts.move();
  return { graph, backend, statistics, picture, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

/** A picture that is held out, cut to what the network sees of it in the middle. */
function heldOut(
  set: { count: number; shape: Graph["image"]; read(index: number, target: Uint8Array, offset: number): void },
  graph: Graph,
  item: number,
): Picture {
  if (set.count === 0) throw new DenoiseError(heldOutMissing());
  checkWhole("item", item, 0, set.count - 1);
  const { height, width, channels } = set.shape;
  const bytes = new Uint8Array(height * width * channels);
  set.read(item, bytes, 0);
  const data = new Uint8Array(height * width * 3);
  for (let i = 0; i < data.length; i++) data[i] = bytes[Math.floor(i / 3) * channels + Math.min(i % 3, channels - 1)]!;
  return fitted({ width, height, data }, graph);
}

const scaleFor = ({ width }: Picture) => Math.max(1, Math.ceil(128 / width));
