/** Computes something on XLA with a folder of compiled programs, and prints what comes out: `plugin_program.ts <plugin> <cache>`. */
import * as tf from "@tensorflow/tfjs";
import { XlaEngine } from "../../lib/xla/mod.ts";

const [plugin, cache] = Deno.args as [string, string];
const engine = new XlaEngine({ plugin, cache });
await engine.start();

/** Two programs, of which each takes longer to compile than what is not worth saving. */
const run = (steps: number) =>
  engine.compile((x: tf.Tensor) => {
    let next = x as tf.Tensor2D;
    for (let i = 0; i < steps; i++) next = tf.tanh(tf.matMul(next, tf.softmax(next)));
    return tf.mean(next, 1);
  }, { name: "product" })(tf.range(0, 4096).reshape([64, 64]).div(4096));
const results = await Promise.all([12, 16].map(async (steps) => [...await (await run(steps)).data()]));
console.log(results.flat().join(" "), engine.device.counts.loaded);
