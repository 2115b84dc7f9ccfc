/** Our side of a training side by side: the steps, metrics and samplers that `run` uses, and what they draw. */
import * as tf from "@tensorflow/tfjs";
import { builtins, type Console, readRecipe, wire } from "../../../mod.ts";
import { batches, type HostBatch, type Pictures } from "../../../pipeline/data/mod.ts";
import type { Picture } from "../../../lib/image/mod.ts";
import { readCheckpoint } from "../../../pipeline/run/checkpoint.ts";
import { pixels } from "../../../pipeline/programs/model.ts";
import { initialNoise } from "../../../pipeline/programs/noise.ts";
import { samplePictures } from "../../../pipeline/run/sample_pictures.ts";
import { Guides } from "../../../pipeline/run/guides.ts";
import { generator, openData, type Session } from "../../../pipeline/run/session.ts";
import { stateOf, statisticsOf } from "../../../pipeline/run/restore.ts";
import { startBackend } from "../../../pipeline/run/start_backend.ts";
import { type Batch, upload } from "../../../pipeline/programs/states.ts";
import { buildEvaluationStep, buildTrainStep } from "../../../pipeline/programs/train_step.ts";
import { createRandom, disposeTree, seedTensor, type TensorRecord } from "../../../lib/tensor/mod.ts";
import type { LossPair } from "./outcome.ts";

/** Which weights: the average over training, or those that are trained. */
export type Weights = "average" | "network";

/** What a step is fed, on the host: `images` in `[0, 1]` and `noises` `[batch, height, width, channels]`, `times` `[batch, 1, 1, 1]`. */
export type StepTensors = Readonly<Record<"images" | "noises" | "times", tf.Tensor>>;

/** Starts at a checkpoint, with the recipe in it. */
export async function startOurs(path: string, console: Console) {
  const { signal } = new AbortController();
  const graph = await wire(await readRecipe(path, { plugins: builtins }));
  const { backend: { stage: backend }, batchSize, repeats } = partsOf(graph);
  await startBackend(graph, console, signal);
  const pictures: Pictures = await openData(graph, console, { signal });
  const before = { ...await readCheckpoint(path), path };
  const statistics = await statisticsOf(graph, pictures, before, signal);
  const about = { graph, backend, console, statistics, classes: undefined, folder: undefined, path, training: true };
  const guides = new Guides(about, before.position.step);
  const session: Session = {
    ...{ graph, backend, console, guides, statistics, signal },
    generate: generator(backend, graph, guides),
  };
  let state = await stateOf(session, before);

  const { seed } = graph.recipe;
  const seeds = seedTensor(seed);
  const trainStep = backend.compile(buildTrainStep(graph), { name: "training step", donate: [0], batch: [1] });
  const evaluate = backend.compile(buildEvaluationStep(graph), { name: "evaluation step" });
  const { height, width, channels } = graph.image;

  /** What `buildTrainStep` and `buildEvaluationStep` draw: by the same streams, so that it is the same. */
  const draw = (mode: { stream: string; training: boolean }) =>
    backend.compile((batch: Batch, step: tf.Tensor, seed: tf.Tensor) => {
      const random = createRandom({ seed, stream: mode.stream, step, items: batch.item });
      const times = random.fork("levels").uniform([1, 1, 1]);
      const rates = graph.one("loss").stage.levels(random.fork("levels"), batch.item.size);
      return {
        images: pixels(graph, batch, random, mode.training) as tf.Tensor,
        noises: random.fork("noise").normal([height, width, channels]),
        times,
        // Zero where the loss draws times as we suppose.
        fault: tf.max(tf.abs(tf.sub(rates.signal, graph.one("schedule").stage.rates(times).signal))) as tf.Tensor,
      };
    }, { name: `draws of ${mode.stream}` });
  const drawTraining = draw({ stream: "train", training: true });
  const drawValidation = draw({ stream: "validation", training: false });
  const drawNoise = backend.compile(
    (item: tf.Tensor, seed: tf.Tensor) => initialNoise({ seed, item }, [height, width, channels]) as tf.Tensor,
    { name: "initial noise" },
  );

  async function inputs(make: typeof drawTraining, batch: Batch, step: number): Promise<StepTensors> {
    const { fault, ...drawn } = await make(batch, tf.scalar(step, "int32"), seeds);
    const wrong = (await fault.data())[0]!;
    fault.dispose();
    if (!(wrong < 1e-6)) throw new Error(`Cannot tell the times that the loss draws: signal rates differ by ${wrong}`);
    return drawn;
  }

  return {
    description: backend.description,
    batchSize,
    statistics: statistics as TensorRecord,
    pictures: pictures.train.count,
    /** Training batches, epoch after epoch, without end. */
    async *batches(): AsyncGenerator<HostBatch> {
      for (let epoch = 0;; epoch++) yield* batches(pictures.train, { batchSize, repeats, training: true, seed, epoch });
    },
    /** What the step with a number, from 0 on, draws for a batch. */
    async drawn(host: HostBatch, step: number): Promise<StepTensors> {
      const batch = upload(host, graph.datasetImage);
      const drawn = await inputs(drawTraining, batch, step);
      disposeTree(batch);
      return drawn;
    },
    async train(host: HostBatch): Promise<LossPair> {
      const batch = upload(host, graph.datasetImage);
      const after = await trainStep(state, batch, statistics, seeds);
      state = after.state;
      const { noise, image } = after.errors as { noise: tf.Tensor; image: tf.Tensor };
      const losses = { noise: (await noise.data())[0]!, image: (await image.data())[0]! };
      disposeTree([batch, after.errors, after.update]);
      return losses;
    },
    /** The first batch of pictures that are held out, and what is drawn for it: always the same. */
    async heldOut(): Promise<{ host: HostBatch; drawn: StepTensors }> {
      for await (const host of batches(pictures.validation, { batchSize, training: false, seed, epoch: 0 })) {
        return { host, drawn: await inputs(drawValidation, upload(host, graph.datasetImage), 0) };
      }
      throw new Error("Cannot compare checkpoints: no picture is held out");
    },
    async validate(host: HostBatch, weights: Weights): Promise<LossPair> {
      const batch = upload(host, graph.datasetImage);
      const { real, predicted, target } = await evaluate(state[weights], batch, statistics, seeds);
      const error = async (name: "noise" | "signal") => {
        const map = tf.tidy(() => tf.mean(tf.mean(tf.abs(tf.sub(predicted[name], target[name])), [2, 3])));
        return (await map.data())[0]!;
      };
      const losses = { noise: await error("noise"), image: await error("signal") };
      disposeTree([batch, real, predicted, target]);
      return losses;
    },
    /** The noises that `sample` starts from. */
    noises: (count: number) =>
      drawNoise(tf.tensor1d(Array.from({ length: count }, (_, i) => i), "int32"), seedTensor(0)),
    sample: (count: number, weights: Weights): Promise<Picture[]> =>
      Array.fromAsync(samplePictures(session, {
        sampler: graph.sampler("preview"),
        average: state[weights],
        seeds: Array.from({ length: count }, (_, i) => i),
        batch: batchSize,
      })),
    async stop() {
      disposeTree(state);
      await pictures[Symbol.asyncDispose]();
      await backend.stop();
    },
  };
}

function partsOf(graph: Awaited<ReturnType<typeof wire>>) {
  const { batch_size: batchSize, repeats } = graph.one("dataset").options;
  return { backend: graph.one("backend"), batchSize, repeats };
}
