/** Timers keep firing while programs are compiled, run and read: progress bars keep moving. */
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { onXla } from "./testing.ts";

/** The longest time between two ticks of a timer while something is waited for, and how long that took, in ms. */
async function longestPause(work: () => Promise<unknown>): Promise<{ pause: number; total: number }> {
  let [last, pause] = [performance.now(), 0];
  const tick = () => {
    const now = performance.now();
    pause = Math.max(pause, now - last);
    last = now;
  };
  const timer = setInterval(tick, 1);
  const start = performance.now();
  await work();
  tick();
  clearInterval(timer);
  return { pause, total: performance.now() - start };
}

onXla("timers tick while a program is compiled, while it runs, and while its result is read", async (engine) => {
  const x = tf.ones([1024, 1024]);
  const power = engine.compile((x: tf.Tensor) => {
    let y = x as tf.Tensor2D;
    for (let i = 0; i < 40; i++) y = tf.tanh(tf.matMul(y, tf.mul(tf.softmax(y), 1e-3 * i)));
    return y;
  }, { name: "power" });
  await x.data();
  let first: tf.Tensor, second: tf.Tensor;
  const compiling = await longestPause(async () => void (first = await power(x)));
  await first!.data();
  const running = await longestPause(async () => {
    second = await power(x);
    await second.data();
  });
  // Half of the time at most without a tick: had the thread been blocked, it would be all.
  assert.ok(compiling.pause < 0.5 * compiling.total, `compiling: ${JSON.stringify(compiling)}`);
  assert.ok(running.pause < 0.5 * running.total, `running: ${JSON.stringify(running)}`);
  tf.dispose([x, first!, second!]);
});

onXla(
  "a step is started while the one before it still runs, also where it takes over that one's memory",
  async (engine) => {
    const step = engine.compile((state: { x: tf.Tensor }) => {
      let y = state.x as tf.Tensor2D;
      for (let i = 0; i < 20; i++) y = tf.tanh(tf.matMul(y, y));
      return { x: y };
    }, { name: "step", donate: [0] });
    let state = await step({ x: tf.ones([1024, 1024]) });
    await state.x.data();
    const start = performance.now();
    for (let i = 0; i < 2; i++) state = await step(state);
    const started = performance.now() - start;
    await state.x.data();
    const total = performance.now() - start;
    assert.ok(started < 0.5 * total, `two steps are started after ${started} ms and done after ${total} ms`);
    state.x.dispose();
  },
);

onXla("idle() waits for what runs", async (engine) => {
  const { device } = engine;
  const watch = device.watch.bind(device);
  let ended = 0;
  device.watch = (run) => {
    watch(run);
    run.then(() => ended++);
  };
  const power = engine.compile((x: tf.Tensor) => {
    let y = x as tf.Tensor2D;
    for (let i = 0; i < 30; i++) y = tf.tanh(tf.matMul(y, y));
    return y;
  }, { name: "power" });
  const x = tf.ones([512, 512]);
  for (let i = 0; i < 2; i++) (await power(x)).dispose();
  x.dispose();
  assert.ok(ended < 2, "runs are under way");
  await device.idle(60_000);
  assert.equal(ended, 2);
});

onXla("stop() does not wait for what does not end", async (engine) => {
  engine.device.watch(new Promise(() => {}));
  await engine.stop(); // would not return
  await engine.start();
});
