/**
 * Which features tell good samples from bad ones: distances of checkpoints, and of training pictures that were damaged,
 * by those of the metric `feature-distance` and by two others.
 *
 * `deno run -P=bench tests/bench/quality.ts RUN`, a run that has kept its checkpoints: `train.keep.last=99`.
 */
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { builtins } from "../../mod.ts";
import { threadedWasm } from "../../lib/tensor/wasm/threads.ts";
import { picturesOf } from "../../pipeline/commands/options.ts";
import { spread } from "../../pipeline/commands/pictures/options.ts";
import type { PictureSet } from "../../pipeline/data/mod.ts";
import { loadModel } from "../../pipeline/run/load.ts";
import { listCheckpoints } from "../../pipeline/run/checkpoint.ts";
import { openData } from "../../pipeline/run/session.ts";
import { memoryConsole } from "../../pipeline/terminal/memory_console.ts";
import {
  energyDistance,
  type Features,
  meanWithin,
  scaled,
  scaleOf,
} from "../../plugins/metric/feature-distance/energy.ts";
import { bank, extract } from "../../plugins/metric/feature-distance/features.ts";

type Set = readonly Uint8Array[];
const [count, shown] = [256, 9]; // pictures of each checkpoint, and checkpoints

const colours = (x: tf.Tensor4D) => {
  const side = Math.floor(x.shape[1] / 8);
  return tf.reshape(tf.avgPool(x, side, side, "valid"), [x.shape[0], -1]) as tf.Tensor2D;
};
const oneLayer = (x: tf.Tensor4D) => {
  const seen = tf.relu(tf.conv2d(x, bank("one layer", 5, 3), 1, "same"));
  return tf.concat([tf.mean(seen, [1, 2]), tf.max(seen, [1, 2])], 1) as tf.Tensor2D;
};
const columns = { "feature-distance": extract, "colours of 8×8 cells": colours, "one layer": oneLayer };

const [folder] = Deno.args;
if (folder === undefined) throw new Error("Name a run folder");
const all = (await listCheckpoints(join(folder, "checkpoints"))).toSorted((a, b) => a.step - b.step);
const chosen = spread(all.length, 99).filter((i) => [0, 1, 2, 4, 7, 11, 16, 23, all.length - 1].includes(i)).slice(
  0,
  shown,
);
const rows: { name: string; set: Set }[] = [];
let [real, side]: [Set, number] = [[], 0];
for (const [i, index] of chosen.entries()) {
  const { path, step } = all[index]!;
  const console = memoryConsole();
  await using model = await loadModel(path, { plugins: builtins }, console);
  const { graph } = model.session;
  if (i === 0) {
    await using pictures = await openData(graph, console, { signal: new AbortController().signal });
    side = graph.image.width;
    real = bytesOf(pictures.validation);
    rows.push(...damaged(bytesOf(pictures.train), side));
  }
  const seeds = Array.from({ length: count }, (_, seed) => seed);
  const set: Uint8Array[] = [];
  for await (const { data } of picturesOf(model, graph.all("sampler")[0]!, seeds, { batch: 64 })) set.push(data);
  rows.push({ name: `step ${step}`, set });
}
await threadedWasm().start();
console.log(["", ...Object.keys(columns)].join(" | "));
const measured = await Promise.all(
  Object.values(columns).map(async (features) => {
    const reference = await featuresOf(real, side, features);
    const dimensions = reference.data.length / reference.count;
    const scale = scaleOf(reference, dimensions);
    const own = scaled(reference, scale);
    const within = meanWithin(own, dimensions);
    const values: number[] = [];
    for (const { set } of rows) {
      values.push(energyDistance(own, within, scaled(await featuresOf(set, side, features), scale), dimensions));
    }
    return values;
  }),
);
for (const [i, { name }] of rows.entries()) {
  console.log([name, ...measured.map((values) => values[i]!.toFixed(3))].join(" | "));
}

function bytesOf(set: PictureSet): Uint8Array[] {
  const size = set.shape.height * set.shape.width * set.shape.channels;
  return Array.from({ length: set.count }, (_, i) => {
    const bytes = new Uint8Array(size);
    set.read(i, bytes, 0);
    return bytes;
  });
}

async function featuresOf(set: Set, side: number, features: (x: tf.Tensor4D) => tf.Tensor2D): Promise<Features> {
  const parts: number[] = [];
  for (let from = 0; from < set.length; from += 32) {
    const found = tf.tidy(() => {
      const part = set.slice(from, from + 32);
      const flat = Float32Array.from(part.flatMap((bytes) => [...bytes]), (byte) => byte / 255);
      return features(tf.tensor4d(flat, [part.length, side, side, 3]));
    });
    parts.push(...await found.data());
    found.dispose();
  }
  return { data: parts, count: set.length };
}

/** Training pictures as they are, and worse ones made of them. */
function damaged(train: Set, side: number): { name: string; set: Set }[] {
  let state = 7;
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const each = (change: (value: number, i: number, bytes: Uint8Array) => number) =>
    train.map((bytes) => Uint8Array.from(Uint8ClampedArray.from(bytes, (value, i) => change(value, i, bytes))));
  const blur = (reach: number) =>
    each((_, i, bytes) => {
      const [row, column] = [Math.floor(i / 3 / side), Math.floor(i / 3) % side];
      let [sum, weight] = [0, 0];
      for (let y = Math.max(0, row - reach); y <= Math.min(side - 1, row + reach); y++) {
        for (let x = Math.max(0, column - reach); x <= Math.min(side - 1, column + reach); x++) {
          sum += bytes[(y * side + x) * 3 + i % 3]!;
          weight++;
        }
      }
      return sum / weight;
    });
  const only = (few: number) => train.map((_, i) => train[Math.floor((i % few) * train.length / few)]!);
  return [
    { name: "training pictures: the floor", set: train },
    ...[4, 8, 16, 32].map((size) => ({ name: `with noise of ${size} levels`, set: each((v) => v + size * normal()) })),
    { name: "blurred over 3×3 pixels", set: blur(1) },
    { name: "blurred over 5×5 pixels", set: blur(2) },
    ...[16, 8, 1].map((few) => ({ name: `only ${few} of them, repeated`, set: only(few) })),
  ];
}
