import { ops, tf } from "denoise/plugin";
import type { Backend, Tree } from "denoise/plugin";
import assert from "node:assert/strict";
import auto from "./auto.ts";
import cpu from "./cpu.ts";
import wasm from "./wasm.ts";

const backends = { cpu, wasm, auto };

function testOnBackends(name: string, fn: (backend: Backend) => Promise<void>): void {
  for (const [backendName, { create }] of Object.entries(backends)) {
    Deno.test(`${name} (${backendName})`, async () => {
      const backend = await create({ options: {} });
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

Deno.test("cpu and wasm take the same training steps", async () => {
  const losses: number[][] = [];
  for (const { create } of [cpu, wasm]) {
    const backend = await create({ options: {} });
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
  losses[0]!.forEach((loss, i) => assert.ok(Math.abs(loss - losses[1]![i]!) < 1e-5 * loss, `${losses}`));
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
  assert.deepEqual(result.map((tensor) => [...tensor.dataSync()]), [[3, 4], [1, 2], [4, 6]]);
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
  await assert.rejects(reads(x), /Cannot read values with "dataSync" inside the compiled function "reads"/);
  assert.equal(x.dataSync()[0], 2, "outside, values can be read");
  x.dispose();
});

testOnBackends("stop() frees the device, and start() starts it again", async (backend) => {
  await backend.stop();
  await backend.start();
  const x = tf.scalar(2);
  assert.equal(x.dataSync()[0], 2);
  x.dispose();
});

Deno.test("descriptions say what runs, and why auto chose it", async () => {
  const chosen = await auto.create({ options: {} });
  await chosen.start();
  assert.match(chosen.description, /^wasm \(WebAssembly SIMD, \d+ threads?\), the fastest that starts here$/);
  assert.equal(chosen.name, "wasm");
  assert.equal(chosen.memory, 2 ** 32);
});

Deno.test("auto takes cpu where WebAssembly does not start, and says so", async () => {
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
    /^cpu \(JavaScript, 1 thread\), because wasm does not start: Cannot start the backend "wasm"/,
  );
  assert.equal(chosen.memory, undefined);
});
