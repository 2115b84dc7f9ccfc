/** The backends that tests run on, those of tfjs and `xla`, and tests registered for each. */
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { onBackend } from "../pipeline/contract/laws.ts";
import { findInstallations, tensorFlowBackend } from "../lib/tensorflow/mod.ts";
import { findGpu } from "../lib/tensor/webgpu/adapter.ts";
import { XlaEngine } from "../lib/xla/mod.ts";
import { cpuPluginForTests, pluginForTests } from "../lib/xla/testing.ts";

// What tests train is not remembered as what the user has trained with.
const state = Deno.makeTempDirSync({ prefix: "denoise-state-" });
Deno.env.set("DENOISE_STATE", state);
addEventListener("unload", () => Deno.removeSync(state, { recursive: true }));

/** The PJRT plugin; undefined, with the reason printed, where there is none. */
export const pjrtPlugin = pluginForTests();
if (pjrtPlugin !== undefined) await new XlaEngine({ plugin: pjrtPlugin, cache: null, deterministic: true }).register();

/** The processor's PJRT plugin, which has as many devices as are asked for; undefined, with the reason printed, where there is none. */
export const cpuPlugin = cpuPluginForTests();

/** "xla" where there is a plugin for it. */
export const xla: readonly string[] = pjrtPlugin === undefined ? [] : ["xla"];

/** "tensorflow" where its runtime is installed: on the processor. */
export const tensorflow: readonly string[] = findInstallations().some(({ name }) => name === "tensorflow")
  ? ["tensorflow"]
  : [];
if (tensorflow.length === 0) console.log("tensorflow: skipped; to run its tests: deno task runtime add tensorflow");
else await tensorFlowBackend("cpu").start(); // before WebGPU: see there

const adapter = await findGpu();
if (adapter === undefined) {
  console.log("webgpu: skipped, WebGPU finds no adapter (on Debian: apt-get install mesa-vulkan-drivers)");
}

/** "webgpu" where there is an adapter for it; what is computed there is read with `await`. */
export const webgpu: readonly string[] = adapter === undefined ? [] : ["webgpu"];

/** Names of the backends that are here and can be read at once. */
export const backends: readonly string[] = ["cpu", "wasm", ...tensorflow, ...xla];

/** Numbers of other backends, and the same bits in each run, on GPUs too. */
const same = "precision: float32, deterministic: true";

/** What a recipe says of the backends that whole runs are tried on, by name. */
export const inRecipes: Readonly<Record<string, string>> = {
  wasm: "wasm",
  ...(pjrtPlugin === undefined ? {} : { xla: `{ use: xla, plugin: ${JSON.stringify(pjrtPlugin)}, ${same} }` }),
};

/** What a recipe says of all backends that are here, by name. */
export const everyBackend: Readonly<Record<string, string>> = {
  cpu: "cpu",
  ...inRecipes,
  ...(tensorflow.length === 0 ? {} : { tensorflow: "{ use: tensorflow, device: cpu }" }),
  ...(webgpu.length === 0 ? {} : { webgpu: "webgpu" }),
};

/** Registers a test of whole runs, which is told what their recipe says of the backend. */
export function testRuns(name: string, test: (backend: string) => Promise<void>): void {
  for (const [backend, text] of Object.entries(inRecipes)) Deno.test(`${name} on ${backend}`, () => test(text));
}

/** Registers a test on each backend, which reads values with `await`; what `test` leaves behind is freed. */
export function onEachBackend(
  name: string,
  test: (backend: string) => void | Promise<void>,
  names: readonly string[] = [...backends, ...webgpu],
): void {
  for (const backend of names) {
    Deno.test({
      name: `${name} on ${backend}`,
      fn: () => onBackend(backend, () => test(backend)),
      sanitizeResources: false, // the threads of a backend outlive the test that started them
      sanitizeOps: false,
    });
  }
}

/** As `onEachBackend` on those that can be read at once, for tests that may leave no tensor behind besides those of their own scope. */
export function testOnBackends(name: string, test: () => void | Promise<void>): void {
  onEachBackend(name, async () => {
    const before = tf.memory().numTensors;
    tf.engine().startScope();
    await test();
    tf.engine().endScope();
    assert.equal(tf.memory().numTensors, before, "tensors left behind");
  }, backends);
}
