/** Functions split over several devices: the batch is shared, the state is on each, and the numbers are those of one. */
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import type { XlaEngine } from "./engine.ts";
import { onXla } from "./testing.ts";
import { watchPrograms } from "./testing_hlo.ts";

const devices = 4;

type State = { kernel: tf.Tensor; mean: tf.Tensor };

/** A step of training with statistics over the batch, as BatchNorm has them. */
function step(state: State, images: tf.Tensor, rate: tf.Tensor): { state: State; loss: tf.Tensor } {
  const loss = (kernel: tf.Tensor) => {
    const y = tf.conv2d(tf.cast(images, "float32") as tf.Tensor4D, kernel as tf.Tensor4D, 1, "same");
    const { mean, variance } = tf.moments(y, [0, 1, 2]);
    return tf.mean(tf.square(tf.sub(tf.div(tf.sub(y, mean), tf.sqrt(tf.add(variance, 1))), 0.5))) as tf.Scalar;
  };
  const { value, grads: [gradient] } = tf.valueAndGrads(loss)([state.kernel]);
  const mean = tf.mean(tf.cast(images, "float32"), [0, 1, 2]);
  return {
    state: { kernel: tf.sub(state.kernel, tf.mul(gradient!, rate)), mean: tf.add(tf.mul(state.mean, 0.9), mean) },
    loss: value,
  };
}

async function losses(engine: XlaEngine, steps: number): Promise<number[]> {
  const compiled = engine.compile(step, { name: "step", donate: [0], batch: [1] });
  const ramp = (n: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(1.7 * i));
  let state: State = { kernel: tf.tensor4d(ramp(54), [3, 3, 3, 2]), mean: tf.zeros([3]) };
  const rate = tf.scalar(0.05);
  const images = tf.tensor4d(Int32Array.from({ length: 8 * 48 * 3 }, (_, i) => (i * 7919) % 5), [8, 6, 8, 3], "int32");
  const found: number[] = [];
  for (let i = 0; i < steps; i++) {
    const result = await compiled(state, images, rate);
    state = result.state;
    found.push((await result.loss.data())[0]!);
    result.loss.dispose();
  }
  tf.dispose([state.kernel, state.mean, rate, images]);
  return found;
}

let alone: number[];
onXla("a step on one device", async (engine) => {
  const programs = watchPrograms(engine);
  alone = await losses(engine, 20);
  const [program] = programs;
  assert.equal(program!.partitions, 1);
  assert.ok(!program!.instructions.some(({ opcode }) => opcode.startsWith("all-reduce")));
  assert.ok(program!.instructions.some(({ opcode, shape }) => opcode === "parameter" && `${shape}` === "8,6,8,3"));
});

onXla(
  "a step on four devices is one program in four parts, with all-reduces and shares of the batch",
  async (engine) => {
    const programs = watchPrograms(engine);
    const together = await losses(engine, 20);
    assert.equal(together.length, alone.length);
    together.forEach((loss, i) => assert.ok(Math.abs(loss - alone[i]!) < 1e-5 * alone[i]!, `${loss}, not ${alone[i]}`));
    const [program] = programs;
    assert.equal(program!.partitions, devices);
    const count = (opcode: string, shape?: string) =>
      program!.instructions.filter((each) => each.opcode === opcode && `${each.shape}` === (shape ?? `${each.shape}`))
        .length;
    assert.ok(count("all-reduce") > 0, "an all-reduce");
    assert.ok(count("parameter", "2,6,8,3") > 0, "a share of 8 / 4 pictures");
    assert.equal(program!.instructions.filter(({ shape }) => shape[0] === 8).length, 0, "nowhere the whole batch");
  },
  { devices },
);

onXla(
  "a batch that the devices cannot share is refused, and functions without one run on one device",
  async (engine) => {
    const programs = watchPrograms(engine);
    const sum = engine.compile((x: tf.Tensor, y: tf.Tensor) => tf.sum(tf.mul(x, y)), { name: "sum", batch: [0] });
    const [x, y] = [tf.ones([6, 2]), tf.ones([2])];
    await assert.rejects(
      sum(x, y),
      /Cannot split the 6 items of argument 1 of "sum" evenly over 4 devices; use a batch size that 4 divides/,
    );
    const double = engine.compile((x: tf.Tensor) => tf.mul(x, 2), { name: "double" });
    const twice = await double(x);
    assert.equal(twice.dataSync()[11], 2);
    assert.equal(programs[0]!.partitions, 1);
    tf.dispose([x, y, twice]);
  },
  { devices },
);
