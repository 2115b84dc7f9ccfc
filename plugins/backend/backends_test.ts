import { ops, tf } from "denoise/plugin";
import type { Backend, Tree } from "denoise/plugin";
import assert from "node:assert/strict";
import { cpuPlugin, pjrtPlugin as pjrt, tensorflow as installed, webgpu as adapters } from "../../tests/backends.ts";
import auto from "./auto.ts";
import cpu from "./cpu.ts";
import tensorflow from "./tensorflow.ts";
import wasm from "./wasm.ts";
import webgpu from "./webgpu.ts";
import xla from "./xla.ts";

const backends = {
  cpu,
  wasm,
  auto,
  ...(installed.length === 0 ? {} : { tensorflow }),
  ...(adapters.length === 0 ? {} : { webgpu }),
  ...(pjrt === undefined ? {} : { xla }),
};

/** A backend with its defaults. */
const make = async (name: keyof typeof backends): Promise<Backend> => {
  if (name === "tensorflow") return await tensorflow.create({ options: tensorflow.options.parse({ device: "cpu" }) });
  if (name === "webgpu") return await webgpu.create({ options: webgpu.options.parse({}) });
  if (name !== "xla") return await backends[name].create({ options: {} });
  return await xla.create({ options: xla.options.parse({ plugin: pjrt, precision: "float32" }) });
};

function testOnBackends(name: string, fn: (backend: Backend) => Promise<void>): void {
  for (const backendName of Object.keys(backends) as (keyof typeof backends)[]) {
    Deno.test(`${name} (${backendName})`, async () => {
      const backend = await make(backendName);
      await backend.start();
      const before = tf.memory().numTensors;
      await fn(backend);
      assert.equal(tf.memory().numTensors, before, "tensors left behind");
    });
  }
}

/** A step of gradient descent on a small network. */
function step(state: { kernel: tf.Tensor; moments: { first: tf.Tensor } }, batch: { x: tf.Tensor }, rate: tf.Scalar) {
  const loss = (kernel: tf.Tensor) =>
    tf.mean(tf.square(ops.swish(ops.conv2d(batch.x as tf.Tensor4D, kernel as tf.Tensor4D)))) as tf.Scalar;
  const { value, grads: [gradient] } = tf.valueAndGrads(loss)([state.kernel]);
  const first = tf.add(tf.mul(state.moments.first, 0.9), tf.mul(gradient!, 0.1));
  return {
    state: { kernel: tf.sub(state.kernel, tf.mul(first, rate)), moments: { first } },
    loss: value,
    seen: batch.x,
  };
}

function start() {
  const ramp = (n: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(i * 1.7));
  return {
    state: {
      kernel: tf.tensor4d(ramp(3 * 3 * 2 * 2), [3, 3, 2, 2]) as tf.Tensor,
      moments: { first: tf.zeros([3, 3, 2, 2]) as tf.Tensor },
    },
    x: tf.tensor4d(ramp(2 * 6 * 6 * 2), [2, 6, 6, 2]) as tf.Tensor,
    rate: tf.scalar(0.1),
  };
}

Deno.test("all backends take the same training steps", async () => {
  const losses: number[][] = [];
  for (const name of Object.keys(backends) as (keyof typeof backends)[]) {
    const backend = await make(name);
    await backend.start();
    const compiled = backend.compile(step, { name: "step", donate: [0] });
    let { state, x, rate } = start();
    const seen: number[] = [];
    for (let i = 0; i < 5; i++) {
      const result = await compiled(state, { x }, rate);
      state = result.state;
      seen.push((await result.loss.data())[0]!);
      tf.dispose([result.loss, result.seen]);
    }
    tf.dispose([state, x, rate] as tf.TensorContainer);
    losses.push(seen);
  }
  for (const other of losses.slice(1)) {
    losses[0]!.forEach((loss, i) => assert.ok(Math.abs(loss - other[i]!) < 1e-5 * loss, `${losses}`));
  }
  assert.ok(losses[0]![4]! < losses[0]![0]!, "the loss falls");
});

testOnBackends("compile() keeps the number of tensors the same over 100 calls", async (backend) => {
  const compiled = backend.compile(step, { name: "step", donate: [0] });
  let { state, x, rate } = start();
  const held = tf.memory();
  for (let i = 0; i < 100; i++) {
    const result = await compiled(state, { x }, rate);
    state = result.state;
    tf.dispose([result.loss, result.seen]);
    const now = tf.memory();
    assert.deepEqual([now.numTensors, now.numDataBuffers, now.numBytes], [
      held.numTensors,
      held.numDataBuffers,
      held.numBytes,
    ]);
  }
  assert.ok(!x.isDisposed, "an argument that is passed on stays the caller's");
  tf.dispose([state, x, rate] as tf.TensorContainer);
});

testOnBackends("compile() frees donated arguments and only those", async (backend) => {
  const [a, b] = [tf.tensor1d([1, 2]), tf.tensor1d([3, 4])];
  const swap = backend.compile((a: tf.Tensor, b: tf.Tensor) => [b, a, tf.add(a, b)], { name: "swap", donate: [0] });
  const result = await swap(a, b);
  assert.ok(a.isDisposed && !b.isDisposed);
  const values = await Promise.all(result.map(async (tensor) => [...await tensor.data()]));
  assert.deepEqual(values, [[3, 4], [1, 2], [4, 6]]);
  await assert.rejects(swap(a, b), /Cannot use the tensor at argument 1 of "swap": it is freed/);
  tf.dispose([...result, b]);
});

testOnBackends("compile() refuses plain numbers, and reading of values inside", async (backend) => {
  const compiled = backend.compile((tree: Tree) => tree, { name: "same" });
  await assert.rejects(
    compiled({ rate: 0.1 } as unknown as Tree),
    /Cannot use number "0.1" at "argument 1 of "same": \/rate" as a tensor.*pass it as tf.scalar/,
  );
  const x = tf.scalar(2);
  const reads = backend.compile((x: tf.Tensor) => tf.scalar(x.dataSync()[0]!), { name: "reads" });
  const how = backend.name === "xla" ? "" : 'with "dataSync" '; // whatever reads, XLA is asked for the values
  await assert.rejects(reads(x), new RegExp(`Cannot read values ${how}inside the compiled function "reads"`));
  assert.equal((await x.data())[0], 2, "outside, values can be read");
  x.dispose();
});

Deno.test({
  name: "the xla backend names the line of a plugin that reads values, not that of what the plugin calls (xla)",
  ignore: pjrt === undefined,
  async fn() {
    const backend = await make("xla" as keyof typeof backends);
    await backend.start();
    const x = tf.ones([1, 4, 4, 1]);
    const reads = backend.compile((x: tf.Tensor) => tf.scalar(ops.averagePool(x as tf.Tensor4D, 2).dataSync()[0]!), {
      name: "reads",
    });
    await assert.rejects(reads(x), /"reads" \(a result of \w+\) at file:\S+backends_test\.ts:\d+:\d+: they are not/);
    const adds = backend.compile((x: tf.Tensor) => tf.add(ops.swish(x), tf.ones([3, 3])), { name: "adds" });
    await assert.rejects(adds(x), /Add at file:\S+backends_test\.ts:\d+:\d+: /);
    x.dispose();
  },
});

testOnBackends("stop() frees the device, and start() starts it again", async (backend) => {
  await backend.stop();
  await backend.start();
  const x = tf.scalar(2);
  assert.equal((await x.data())[0], 2);
  x.dispose();
});

/** Runs where no PJRT plugin is installed, or named. */
async function withoutPlugins(fn: () => Promise<void>, named?: string): Promise<void> {
  const set = { DENOISE_CACHE: await Deno.makeTempDir(), DENOISE_PJRT_PLUGIN: named ?? "" };
  const before = Object.keys(set).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(set)) Deno.env.set(name, value);
  try {
    await fn();
  } finally {
    for (const [name, value] of before) value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
  }
}

Deno.test("auto takes wasm where XLA is not installed, and says how to have it", () =>
  withoutPlugins(async () => {
    const chosen = await auto.create({ options: {} });
    assert.match(chosen.description, /chosen when it starts/);
    await chosen.start();
    assert.match(
      chosen.description,
      /^wasm \(WebAssembly SIMD, \d+ threads?\); .*xla on cpu does not start: No PJRT plugin is installed; training fetches one/,
    );
    assert.equal(chosen.name, "wasm");
    assert.equal(chosen.memory, 2 ** 32);
  }));

Deno.test("auto takes wasm where XLA cannot be fetched, whatever the reason", () =>
  withoutPlugins(async () => {
    // A cache that is a file: neither pip nor an archive can be put there.
    const file = await Deno.makeTempFile();
    Deno.env.set("DENOISE_CACHE", file);
    const chosen = await auto.create({ options: {} });
    await chosen.start({ download: true });
    assert.match(chosen.description, /^wasm .*xla on cpu does not start: /);
    assert.ok(!chosen.description.includes("\n"), "one line");
  }));

Deno.test({
  name: "xla in mixed precision describes the precision that it computes in (xla)",
  ignore: cpuPlugin === undefined,
  async fn() {
    const backend = await xla.create({ options: xla.options.parse({ plugin: cpuPlugin, precision: "mixed" }) });
    await backend.start();
    assert.match(backend.description, /^xla on .*, (mixed|float32: this processor has no fast bfloat16)\)$/);
    assert.equal(backend.description.endsWith(", mixed)"), !backend.build!.endsWith(", float32 instead of mixed"));
    await backend.stop();
  },
});

Deno.test("auto and xla refuse a DENOISE_PJRT_PLUGIN that is not there or no plugin, with its path", async () => {
  const file = await Deno.makeTempFile({ suffix: ".so" });
  for (const create of [auto.create, () => xla.create({ options: xla.options.parse({}) })]) {
    const start = async () => await (await create({ options: {} })).start();
    await withoutPlugins(() => assert.rejects(start, /"\/no\/such.so".* there is no such file/), "/no/such.so");
    await withoutPlugins(() => assert.rejects(start, /Cannot use the PJRT plugin ".*: it is empty/), file);
  }
});

Deno.test({
  name: "auto takes XLA on the processor where its plugin is, and says why",
  ignore: pjrt === undefined || pjrt !== cpuPlugin,
  async fn() {
    const chosen = await auto.create({ options: {} });
    await chosen.start();
    assert.match(chosen.description, /^xla on cpu \(\d+ cores?, float32\); /);
    assert.equal(chosen.name, "xla");
    await chosen.stop();
  },
});

Deno.test("auto takes cpu where nothing else starts, and says so", () =>
  withoutPlugins(async () => {
    await (await wasm.create({ options: {} })).stop();
    const { instantiate, Memory } = WebAssembly;
    const refuse = () => Promise.reject(new Error("no WebAssembly here"));
    const chosen = await auto.create({ options: {} });
    try {
      Object.assign(WebAssembly, { instantiate: refuse, Memory: undefined });
      await chosen.start();
    } finally {
      Object.assign(WebAssembly, { instantiate, Memory });
    }
    assert.match(
      chosen.description,
      /^cpu \(JavaScript, 1 thread\); .*wasm does not start: Cannot start the backend "wasm"/,
    );
    assert.equal(chosen.memory, undefined);
  }));

Deno.test({
  name: "auto takes webgpu on a real GPU where XLA is not installed, and says why (webgpu)",
  ignore: adapters.length === 0,
  fn: () =>
    withoutPlugins(async () => {
      await (await make("webgpu" as keyof typeof backends)).stop();
      const { gpu } = navigator;
      const request = gpu.requestAdapter.bind(gpu);
      gpu.requestAdapter = async (options) => {
        const adapter = (await request(options))!;
        const info = { description: "Quick GPU", isFallbackAdapter: false };
        return Object.defineProperty(adapter, "info", { value: info });
      };
      const chosen = await auto.create({ options: {} });
      try {
        await chosen.start();
      } finally {
        gpu.requestAdapter = request;
      }
      assert.match(
        chosen.description,
        /^webgpu on Quick GPU; .*xla on cpu does not start: .*; a GPU is faster than wasm$/,
      );
      assert.equal(chosen.name, "webgpu");
      assert.ok(chosen.tensorBytes! > 0 && chosen.rows! > 0, "its limits are known");
      await chosen.stop();
    }),
});

Deno.test({
  name: "webgpu holds no more memory after 300 steps than after 20 (webgpu)",
  ignore: adapters.length === 0,
  async fn() {
    const backend = await make("webgpu" as keyof typeof backends);
    await backend.start();
    const compiled = backend.compile(step, { name: "step", donate: [0] });
    let { state, x, rate } = start();
    const held: number[] = [];
    for (let i = 0; i < 300; i++) {
      const result = await compiled(state, { x }, rate);
      state = result.state;
      await result.loss.data();
      tf.dispose([result.loss, result.seen]);
      const { numBytesInGPUAllocated: bytes } = tf.memory() as unknown as { numBytesInGPUAllocated: number };
      held.push(bytes, tf.memory().numDataBuffers);
    }
    assert.deepEqual(held.slice(-2), held.slice(40, 42));
    tf.dispose([state, x, rate] as tf.TensorContainer);
  },
});
