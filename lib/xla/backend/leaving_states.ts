/** What an engine can be doing when its process ends: run by `leaving_test.ts` as `leaving_states.ts <plugin> <state> <ending>`. */
import * as tf from "@tensorflow/tfjs";
import { endIn, type LeavingState } from "../leaving_cases.ts";
import { XlaEngine } from "./engine.ts";

async function started(plugin: string, cache: string | null = null): Promise<XlaEngine> {
  const engine = new XlaEngine({ plugin, cache });
  await engine.start();
  return engine;
}

/** A step that takes milliseconds to compute and a good while to compile. */
function step(state: tf.Tensor): tf.Tensor {
  let next = state as tf.Tensor2D;
  for (let i = 0; i < 12; i++) next = tf.sin(tf.matMul(next, next));
  return next;
}

const matrix = () => tf.fill([256, 256], 0.01);

/** Calls a compiled step again and again, with each result. */
async function stepping(plugin: string, cache: string | null): Promise<void> {
  const run = (await started(plugin, cache)).compile(step, { name: "step", donate: [0] });
  let state = await run(matrix());
  (async () => {
    for (let i = 0; i < 20; i++) state = await run(state);
  })();
}

export const backendStates: Readonly<Record<string, LeavingState>> = {
  async engineStarted(plugin) {
    await started(plugin);
  },
  async engineStopped(plugin) {
    const engine = await started(plugin);
    tf.tidy(() => step(matrix()).dataSync());
    await engine.stop();
  },
  async engineCompiling(plugin) {
    const engine = await started(plugin);
    for (const side of [128, 160, 192]) {
      engine.compile(step, { name: "step" })(tf.fill([side, side], 0.01)).catch(() => {});
    }
  },
  engineStepping: (plugin) => stepping(plugin, null),
  async engineSaving(plugin) {
    const folder = await Deno.makeTempDir();
    await stepping(plugin, folder);
  },
  async engineRepeating(plugin) {
    const engine = await started(plugin);
    const loop = engine.repeat((carried: tf.Tensor) => step(carried), { name: "loop" });
    loop(await loop(matrix(), [0, 1], {}), [0, 40], {}).catch(() => {});
  },
  async engineReading(plugin) {
    await started(plugin);
    for (let i = 0; i < 5; i++) step(matrix()).data().catch(() => {});
  },
};

if (import.meta.main) await endIn(backendStates);
