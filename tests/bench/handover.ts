/**
 * Measures what the host does for a step of a compiled function besides the step itself: `deno task bench:handover`.
 *
 * The function takes a state of 400 small tensors, donated, and gives the next one, so that there is next to nothing to
 * compute: what is left is the handing over of pointers, and what tfjs notes of each tensor.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { Api } from "../../lib/xla/pjrt/api.ts";
import { XlaEngine } from "../../lib/xla/mod.ts";
import { pluginForTests } from "../../lib/xla/testing.ts";

const tensors = 400, steps = 3000;
const plugin = pluginForTests();
if (plugin === undefined) Deno.exit(1);
const engine = new XlaEngine({ plugin, cache: null });
await engine.start();

type State = Record<string, Record<string, tf.Tensor>>;
const groups = ["weights", "average", "first moments", "second moments"];
const each = (make: (group: string, name: string) => tf.Tensor): State =>
  Object.fromEntries(groups.map((group) => [
    group,
    Object.fromEntries(
      Array.from({ length: tensors / groups.length }, (_, i) => [`block${i}.kernel`, make(group, `block${i}.kernel`)]),
    ),
  ]));
const step = engine.compile(
  (state: State, x: tf.Tensor) => each((group, name) => tf.add(state[group]![name]!, x)),
  { name: "step", donate: [0] },
);

let [started, ended] = [0, 0]; // when PJRT's own function was called, and returned
const { call } = Api.prototype;
Api.prototype.call = function (name, args) {
  if (name === "PJRT_LoadedExecutable_Execute") started = performance.now();
  const result = call.call(this, name, args) as typeof args;
  if (name === "PJRT_LoadedExecutable_Execute") ended = performance.now();
  return result;
};

const x = tf.scalar(1);
let state = each(() => tf.zeros([4]));
const times = { before: [] as number[], within: [] as number[], after: [] as number[] };
for (let i = 0; i < steps; i++) {
  await state.weights!["block0.kernel"]!.data();
  const start = performance.now();
  state = await step(state, x);
  times.before.push(started - start);
  times.within.push(ended - started);
  times.after.push(performance.now() - ended);
}
const microseconds = (list: number[]) => {
  const sorted = list.slice(steps / 10).sort((a, b) => a - b);
  return `${(1000 * sorted[Math.floor(sorted.length / 2)]!).toFixed(0)} µs`;
};
console.log(
  `${tensors} tensors a step, medians of ${steps} calls: ${microseconds(times.before)} until the program starts, ` +
    `${microseconds(times.within)} in PJRT's own call, ${microseconds(times.after)} for its results, while it runs`,
);
Deno.exit(0);
