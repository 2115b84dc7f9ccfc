/**
 * Plain tfjs on XLA: fits a line by gradient descent, the whole step compiled to one program.
 *
 *     deno task runtime add cpu
 *     deno run -P=train examples/xla.ts
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { choosePlugin, XlaEngine } from "../lib/xla/mod.ts";

const { plugin, reason } = choosePlugin();
if (plugin === undefined) {
  console.log(`skipped: no PJRT plugin is installed (${reason}); to add one: deno task runtime add cpu`);
  Deno.exit(0);
}
const engine = new XlaEngine({ plugin });
await engine.start(); // now the backend of tfjs

const x = tf.linspace(-1, 1, 100);
const y = tf.add(tf.mul(x, 3), 1);
const error = (w: tf.Tensor) => {
  const [slope, offset] = tf.unstack(w);
  return tf.mean<tf.Scalar>(tf.squaredDifference(tf.add(tf.mul(x, slope!), offset!), y));
};
const step = engine.compile((w: tf.Tensor, rate: tf.Tensor) => tf.sub(w, tf.mul(tf.grad(error)(w), rate)), {
  name: "gradient step",
  donate: [0], // the old weights give their memory to the new ones
});

let w: tf.Tensor = tf.zeros([2]);
const rate = tf.scalar(0.5);
for (let i = 0; i < 50; i++) w = await step(w, rate);
const [slope, offset] = await w.data();
console.log(`y = ${slope!.toFixed(3)} x + ${offset!.toFixed(3)}`);
await engine.stop();
