/** Tests that need a plugin: skipped, with the reason printed, where there is none. */
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { cpuPluginForTests, pluginForTests } from "../testing.ts";
import { XlaEngine, type XlaOptions } from "./engine.ts";

const own = pluginForTests(), processor = cpuPluginForTests();

/** Registers a test on the xla backend; fails where it leaves tensors behind. */
export function onXla(
  name: string,
  test: (engine: XlaEngine) => void | Promise<void>,
  options: Partial<XlaOptions> = {},
): void {
  const plugin = options.devices === undefined ? own : processor; // a machine may have one GPU
  Deno.test({
    name: `${name} (xla)`,
    ignore: plugin === undefined,
    async fn() {
      const engine = new XlaEngine({ plugin: plugin!, cache: null, deterministic: true, ...options });
      await engine.start();
      const before = tf.memory().numTensors;
      try {
        await test(engine);
        assert.equal(tf.memory().numTensors, before, "tensors left behind");
      } finally {
        await engine.stop();
      }
    },
  });
}

/** What a function returns that is not a tensor; its tensors are freed. */
export function tidied<T>(fn: () => T): T {
  let result: T;
  tf.tidy(() => {
    result = fn();
  });
  return result!;
}

/** What a function of tensors gives on tfjs's own backend. */
export async function onCpu<T>(fn: () => T): Promise<T> {
  const backend = tf.getBackend();
  await tf.setBackend("cpu");
  try {
    return tidied(fn);
  } finally {
    await tf.setBackend(backend);
  }
}

/** Numbers from −1 to 1 that look random and are always the same. */
export function scattered(shape: readonly number[], phase = 0): tf.Tensor {
  const value = (i: number) => (Math.sin(i * 12.9898 + phase) * 43758.5453) % 1;
  return tf.tensor(Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, (_, i) => value(i + 1)), [
    ...shape,
  ]);
}
