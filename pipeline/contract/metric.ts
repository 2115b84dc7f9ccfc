/** Laws of metrics. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { opByOp } from "../../lib/tensor/backend.ts";
import type { ImageShape } from "../kinds/common.ts";
import { type Laws, normal, randomPictures } from "./laws.ts";
import type { Metric, MetricView } from "../kinds/metric.ts";

/** Pictures that were predicted with an error of about 0.3, and others that were generated. */
function view(image: ImageShape): MetricView {
  return {
    backend: {
      name: tf.getBackend(),
      description: "that of the test",
      start: () => Promise.resolve(),
      compile: (fn, options) => opByOp(fn, options),
      stop: () => Promise.resolve(),
    },
    async *batches() {
      for (const size of [4, 4, 1]) {
        const components = (name: string) => {
          const of = (part: string) =>
            tf.add<tf.Tensor4D>(normal(part, size, image), tf.mul(0.3, normal(part + name, size, image)));
          return { signal: of("signal"), noise: of("noise"), velocity: of("velocity") };
        };
        const batch = {
          size,
          real: randomPictures("real", size, image),
          predicted: components("a"),
          target: components("b"),
          rates: { signal: tf.fill([size, 1, 1, 1], 0.6), noise: tf.fill([size, 1, 1, 1], 0.8) },
        };
        yield await Promise.resolve(batch);
        tf.dispose([batch.real, batch.predicted, batch.target, batch.rates]);
      }
    },
    levels: () => Promise.resolve([-4, -2, 0, 2, 4]),
    pictures: 9,
    batchSize: 4,
    async *real(count, batch) {
      for (let done = 0; done + batch <= count; done += batch) yield* freed("real", batch, done, image);
    },
    async *generate(count, batch = 4) {
      for (let done = 0; done < count; done += batch) {
        yield* freed("generated", Math.min(batch, count - done), done, image);
      }
    },
  };
}

/** A batch of one kind, freed after its turn. */
async function* freed(name: string, size: number, place: number, image: ImageShape) {
  const batch = randomPictures(`${name} ${place}`, size, image);
  try {
    yield await Promise.resolve(batch);
  } finally {
    batch.dispose();
  }
}

/** A metric that has what it measures with; what it would download has to be there. */
async function prepared(create: () => Metric | Promise<Metric>): Promise<Metric> {
  const metric = await create();
  const folder = await Deno.makeTempDir();
  const { signal } = new AbortController();
  await metric.prepare?.({ folder, download: false, signal, progress: () => {}, warn: () => {} });
  await Deno.remove(folder, { recursive: true });
  return metric;
}

export const metricLaws: Laws<"metric"> = {
  "returns the numbers that it announces": async ({ create, image }) => {
    const metric = await prepared(create);
    const numbers = await metric.measure(view(image));
    assert.deepEqual(Object.keys(numbers).sort(), Object.keys(metric.better).sort());
    for (const [name, number] of Object.entries(numbers)) {
      const { value, spread = 0 } = typeof number === "number" ? { value: number } : number;
      assert.ok(Number.isFinite(value), `"${name}" is finite: ${value}`);
      assert.ok(Number.isFinite(spread) && spread >= 0, `spread of "${name}" is finite: ${spread}`);
    }
    for (const way of Object.values(metric.better)) assert.ok(way === "lower" || way === "higher", way);
  },
  "measures the same twice": async ({ create, image }) => {
    const metric = await prepared(create);
    assert.deepEqual(await metric.measure(view(image)), await metric.measure(view(image)));
  },
  "leaves no tensors behind": async ({ create, image }) => {
    const metric = await prepared(create);
    await metric.measure(view(image));
    const before = tf.memory().numTensors;
    await metric.measure(view(image));
    // What the stand-in view draws stays in the scope of the test: as much each time.
    const drawn = tf.memory().numTensors - before;
    const empty = tf.memory().numTensors;
    for await (const _ of view(image).batches());
    const ofView = tf.memory().numTensors - empty;
    assert.ok(drawn <= ofView, `${drawn - ofView} tensors`);
  },
};
