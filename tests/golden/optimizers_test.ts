/** Optimizers and learning rates against PyTorch and optax, step by step, on each backend. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import type { TensorRecord } from "../../lib/tensor/mod.ts";
import { onEachBackend } from "../backends.ts";
import { goldenModern } from "./golden.ts";
import given from "./optimizers.json" with { type: "json" };
import { make } from "./harness.ts";
import { errors } from "./ledger.ts";

type Numbers = Readonly<Record<string, number[]>>;
const { start, target, curvature, shapes } = given;

/** As the script that made the numbers has it. */
function gradients(weights: TensorRecord, step: number): TensorRecord {
  return Object.fromEntries(
    Object.entries(weights).map(([name, weight]) => {
      const of = (values: Numbers) => tf.tensor(values[name]!, weight.shape);
      return [name, tf.mul(of(curvature), tf.mul(tf.sub(weight, of(target)), 1 + step % 3))];
    }),
  );
}

/** Largest error of float32 over the largest value. Muon's products lose more, and five steps of them add up. */
const tolerance = (plugin: string) => plugin === "muon" ? 2e-5 : 3e-6;

onEachBackend("optimizers step as those of PyTorch and optax", async () => {
  for (const { name, plugin, options, path } of given.cases) {
    const optimizer = await make("optimizer", plugin, options, { batchSize: 4 });
    const read = (key: keyof typeof start) => tf.tensor(start[key], shapes[key]);
    // Muon leaves the first and the last kernel to AdamW: two that stay where they are.
    const around = { first: tf.zeros([2, 2]), last: tf.zeros([2, 2]) };
    const wanted = Object.keys(path[0]!) as (keyof typeof start)[];
    const own = Object.fromEntries(wanted.map((key) => [key, read(key)]));
    let trainable: TensorRecord = plugin === "muon" ? { first: around.first, ...own, last: around.last } : own;
    let state = optimizer.init(trainable);
    for (const [step, expected] of (path as unknown as Numbers[]).entries()) {
      const moved = gradients(Object.fromEntries(wanted.map((key) => [key, trainable[key]!])), step);
      const all = Object.fromEntries(Object.keys(trainable).map((key) => [key, moved[key] ?? around.first]));
      ({ trainable, state } = optimizer.update({
        ...{ trainable, gradients: all, state },
        step: tf.scalar(step + 1, "int32"),
      }));
      for (const key of wanted) {
        const { max } = errors(await trainable[key]!.data(), expected[key]!);
        assert.ok(max <= tolerance(plugin), `${name}, step ${step + 1}, ${key}: ${max}`);
      }
    }
  }
});

/** The learning rate of `sgd` before updates counted from 0. */
async function ratesAt(options: Record<string, unknown>, updates: readonly number[], total: number, batchSize = 4) {
  const optimizer = await make("optimizer", "sgd", { momentum: 0, ...options }, { batchSize });
  const course = { steps: tf.scalar(total, "int32"), epochSteps: tf.scalar(10, "int32") };
  const trainable = { w: tf.zeros([1]) }, gradients = { w: tf.ones([1]) };
  return await Promise.all(updates.map(async (done) => {
    const step = tf.scalar(done + 1, "int32");
    const { trainable: after, learningRate } = optimizer.update({ trainable, gradients, state: {}, step, course });
    const [moved] = await after.w!.data(), [rate] = await learningRate!.data();
    assert.ok(Math.abs(moved! + rate!) <= 1e-7 * rate!, "what is told is what was taken");
    return rate!;
  }));
}

onEachBackend("learning rates are those of PyTorch, optax and the papers", async () => {
  for (const { name, options, total, updates, values } of given.rates) {
    const { max } = errors(await ratesAt(options, updates, total), values);
    assert.ok(max < 1e-6, `${name}: ${max}`);
  }
  const at = [0, 3, 10, 40];
  const steps = await ratesAt({ warmup: 20 }, at, 100);
  for (const warmup of ["20 steps", "2 epochs", "80 images"]) {
    assert.deepEqual(await ratesAt({ warmup }, at, 100), steps, warmup);
  }
});

const losses = goldenModern("modern_losses");
if (losses !== undefined) {
  onEachBackend("golden_modern: EDM2's learning rate", async () => {
    const { settings = {}, name } = losses.tensors.find(({ name }) => name === "edm2/learning_rate/value")!;
    const { batch_size: batch, ref_lr, ref_batches, rampup_Mimg: millions } = settings as Record<string, number>;
    const images = [...losses.get("edm2/learning_rate/images").data].map(Number);
    const edm2 = { schedule: "edm2", learning_rate: ref_lr };
    const lengths = { decay_after: `${ref_batches! * batch!} images`, warmup: `${millions! * 1e6} images` };
    // Of so many pictures, whole updates have been made with all of these numbers.
    const got = await ratesAt({ ...edm2, ...lengths }, images.map((seen) => seen / 64), 1e6, 64);
    const { relative } = errors(got, losses.get(name).data);
    assert.ok(relative < 1e-6, `${images}: ${got}`);
    const at = [0, 1, 512, 5000, 100_000];
    assert.deepEqual(await ratesAt(edm2, at, 1e6, batch), await ratesAt({ ...edm2, ...lengths }, at, 1e6, batch));
  });
}
