import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { Executable } from "../pjrt/mod.ts";
import type { XlaBackend } from "./backend.ts";
import { compileFunction } from "./compile.ts";
import { onXla } from "./testing.ts";

onXla("compile() traces once for each signature", async (engine) => {
  let traced = 0;
  const add = engine.compile((x: tf.Tensor, y: tf.Tensor) => {
    traced++;
    return tf.add(x, y);
  }, { name: "add" });
  const [a, b, c] = [tf.ones([3]), tf.ones([3]), tf.ones([4])];
  for (const pair of [[a, b], [b, a], [c, c], [a, a]] as const) (await add(...pair)).dispose();
  assert.equal(traced, 2);
  tf.dispose([a, b, c]);
});

onXla(
  "a function releases the program of its oldest signature, once the calls that use it have begun",
  async (engine) => {
    const { device } = engine, released: string[] = [];
    const release = device.release.bind(device);
    device.release = (program: Executable) => {
      released.push(program.outputs[0]!.shape.join());
      release(program);
    };
    const backend = tf.backend() as XlaBackend;
    const twice = compileFunction(() => backend, (x: tf.Tensor) => tf.add(x, x), { name: "twice" }, 2);
    const sums = async (length: number) => {
      const x = tf.range(0, length);
      const sum = await twice(x);
      const values = [...await sum.data()];
      tf.dispose([x, sum]);
      return values;
    };
    for (const length of [1, 2, 3, 1]) assert.deepEqual(await sums(length), [0, 2, 4].slice(0, length));
    assert.deepEqual(released, ["1", "2"]);
    const all = await Promise.all([4, 5, 6, 7, 4].map(sums));
    assert.deepEqual(all.map((values) => values.at(-1)), [6, 8, 10, 12, 6]);
    assert.deepEqual(released.toSorted(), ["1", "1", "2", "3", "4", "5", "6"]);
  },
);

onXla("donated arguments are consumed; one that is used elsewhere too keeps its value", async (engine) => {
  const step = engine.compile((state: { w: tf.Tensor }, x: tf.Tensor) => ({ w: tf.add(state.w, x) }), {
    name: "step",
    donate: [0],
  });
  const x = tf.ones([1000]);
  const w = tf.zeros([1000]);
  const shared = tf.clone(w);
  const first = await step({ w }, x);
  assert.ok(w.isDisposed);
  assert.equal(shared.dataSync()[7], 0);
  const second = await step(first, x);
  assert.equal(second.w.dataSync()[7], 2);
  tf.dispose([x, shared, second.w]);
});

onXla("the same tensor as two donated arguments is used twice, not freed early", async (engine) => {
  const both = engine.compile((a: tf.Tensor, b: tf.Tensor) => [tf.add(a, b), tf.mul(a, b)], {
    name: "both",
    donate: [0, 1],
  });
  const x = tf.tensor1d([2, 3]);
  const [sum, product] = await both(x, tf.clone(x));
  assert.deepEqual([[...sum!.dataSync()], [...product!.dataSync()]], [[4, 6], [4, 9]]);
  tf.dispose([sum!, product!, x]);
});

onXla("tensors from outside are frozen as they are when the function is traced", async (engine) => {
  const scale = tf.tensor1d(Float32Array.from({ length: 2000 }, (_, i) => i));
  const scaled = engine.compile((x: tf.Tensor) => tf.mul(x, scale), { name: "scaled" });
  const x = tf.ones([2000]);
  (await scaled(x)).dispose();
  scale.dispose();
  const again = await scaled(x);
  assert.equal(again.dataSync()[1999], 1999);
  tf.dispose([again, x]);
});

onXla("reading inside a compiled function names the op, the function and the line", async (engine) => {
  const x = tf.scalar(2);
  const peek = engine.compile((x: tf.Tensor) => tf.mul(x, tf.add(x, x).dataSync()[0]!), { name: "peek" });
  await assert.rejects(
    peek(x),
    /Cannot read values inside the compiled function "peek" \(a result of Add\) at file:.*compile_test\.ts:\d+:\d+: .*read it outside/,
  );
  assert.equal(x.dataSync()[0], 2);
  x.dispose();
});

onXla("10,000 steps take no more memory than 1,000", async (engine) => {
  const step = engine.compile((state: Record<string, tf.Tensor>, x: tf.Tensor) => ({
    a: tf.add(state.a!, x),
    b: tf.mul(state.b!, x),
    loss: tf.sub(state.a!, state.b!),
  }), { name: "step", donate: [0] });
  const x = tf.ones([16384]);
  let { loss, ...state } = await step({ a: tf.zeros([16384]), b: tf.ones([16384]) }, x);
  const held = { tensors: tf.memory().numTensors, bytes: 0 };
  for (let i = 1; i <= 10000; i++) {
    loss!.dispose();
    ({ loss, ...state } = await step(state, x));
    if (i === 1000) {
      await loss!.data();
      held.bytes = Deno.memoryUsage().rss;
    }
  }
  assert.equal(loss!.dataSync()[0], 9999);
  assert.equal(tf.memory().numTensors, held.tensors);
  const grown = (Deno.memoryUsage().rss - held.bytes) / 2 ** 20;
  assert.ok(grown < 64, `${grown.toFixed(0)} MB more`);
  tf.dispose([x, loss!, ...Object.values(state)]);
});

onXla("a program bears its function's name; the same one of another name is not compiled again", async (engine) => {
  const { device } = engine, found: Executable[] = [];
  const program = device.program.bind(device);
  device.program = async (...args) => {
    const executable = await program(...args);
    found.push(executable);
    return executable;
  };
  const fn = (x: tf.Tensor) => tf.tanh(tf.mul(x, 3));
  const x = tf.ones([5]), before = device.counts.compiled;
  tf.dispose(await engine.compile(fn, { name: "training step (2)" })(x));
  tf.dispose(await engine.compile(fn, { name: "another" })(x));
  assert.equal(device.counts.compiled, before + 1);
  assert.equal(found[0], found[1]);
  assert.ok(Buffer.from(found[0]!.optimizedProgram().bytes).includes("denoise_training_step_2"));
  x.dispose();
});
