/** Tests that need a plugin: skipped, with the reason printed, where there is none. */
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { pluginForTests } from "../testing.ts";
import { XlaEngine, type XlaOptions } from "./engine.ts";

const plugin = pluginForTests();

/** Registers a test on the xla backend; fails where it leaves tensors behind. */
export function onXla(
  name: string,
  test: (engine: XlaEngine) => void | Promise<void>,
  options: Partial<XlaOptions> = {},
): void {
  Deno.test({
    name: `${name} (xla)`,
    ignore: plugin === undefined,
    async fn() {
      const engine = new XlaEngine({ plugin: plugin!, cache: null, ...options });
      await engine.start();
      const before = tf.memory().numTensors;
      try {
        await test(engine);
        assert.equal(tf.memory().numTensors, before, "tensors left behind");
      } finally {
        engine.stop();
      }
    },
  });
}
