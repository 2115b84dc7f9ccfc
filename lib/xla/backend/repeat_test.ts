import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { convert, dot, loop, program, ShapeError, source, transpose, type Value } from "../stablehlo/mod.ts";
import { onXla } from "./testing.ts";

const scale = () => tf.tensor1d(Float32Array.from({ length: 2000 }, (_, i) => 1 + i % 3));

onXla("repeat() gives what the turns give one by one, with what is used from outside", async (engine) => {
  const outside = scale(); // too large for a constant, so an input of the program
  const step = (
    { x, count }: { x: tf.Tensor; count: tf.Tensor },
    { row, number }: { row: tf.Tensor; number: tf.Tensor },
    weight: tf.Tensor,
  ) => {
    const largest = tf.topk(tf.mul(x, outside.slice(0, 3)) as tf.Tensor1D, 2).values; // a body in the body
    return { count: tf.add(count, number), x: tf.add(tf.mul(x, weight), tf.add(tf.sum(largest), row)) };
  };
  const repeated = engine.repeat(step, { name: "step" });
  const single = engine.compile(step, { name: "step" });
  const ticks = {
    row: tf.tensor2d([[1, 2, 3], [4, 5, 6], [7, 8, 9], [0.5, 1, 2]]),
    number: tf.range(5, 9, 1, "int32"),
  };
  const weight = tf.scalar(0.25);
  const begin = (): { x: tf.Tensor; count: tf.Tensor } => ({ x: tf.tensor1d([3, 1, 2]), count: tf.scalar(0, "int32") });
  for (const parts of [[0, 4], [0, 1, 4], [0, 3, 3, 4], [1, 2], [2, 2]]) {
    let together = begin(), expected = begin();
    for (let i = 1; i < parts.length; i++) {
      const before = together;
      together = await repeated(together, [parts[i - 1]!, parts[i]!], ticks, weight);
      assert.ok(before.x.isDisposed, "what is carried is consumed");
    }
    for (let turn = parts[0]!; turn < parts.at(-1)!; turn++) {
      const tick = tf.tidy(() => ({
        row: tf.slice(ticks.row, turn, 1).reshape([3]),
        number: tf.slice(ticks.number, turn, 1).reshape([]),
      }));
      const next = await single(expected, tick, weight);
      tf.dispose([expected, tick]);
      expected = next;
    }
    assert.deepEqual(Object.keys(together), ["x", "count"], "in the order in which they were carried");
    assert.deepEqual(together.x.arraySync(), expected.x.arraySync(), String(parts));
    assert.equal(together.count.arraySync(), expected.count.arraySync());
    tf.dispose([together, expected]);
  }
  tf.dispose([outside, ticks, weight]);
});

onXla("repeat() traces its step once, for all turns", async (engine) => {
  let traced = 0;
  const repeated = engine.repeat((x: tf.Tensor, tick: tf.Tensor) => (traced++, tf.add(x, tick)), { name: "count" });
  const ticks = tf.tensor1d([1, 2, 3, 4, 5]);
  let x: tf.Tensor = tf.scalar(0);
  for (const turns of [[0, 2], [2, 5], [0, 5]] as const) x = await repeated(x, turns, ticks);
  assert.equal(x.arraySync(), 30);
  assert.equal(traced, 1);
  tf.dispose([x, ticks]);
});

onXla("repeat() differentiates inside its step", async (engine) => {
  const loss = (w: tf.Tensor) => tf.sum<tf.Scalar>(tf.square(tf.sub(w, [1, 2])));
  const descend = engine.repeat(
    (w: tf.Tensor, rate: tf.Tensor) => tf.sub(w, tf.mul(rate, tf.grad(loss)(w))),
    { name: "descend" },
  );
  const rates = tf.fill([40], 0.25);
  const w = await descend(tf.zeros([2]), [0, 40], rates);
  for (const [i, value] of [...w.dataSync()].entries()) assert.ok(Math.abs(value - (i + 1)) < 1e-6);
  tf.dispose([w, rates]);
});

onXla("repeat() refuses a step that returns something else than it takes, and keeps working", async (engine) => {
  const ticks = tf.zeros([2]);
  type Record = { [name: string]: tf.Tensor };
  const wrong: readonly [(x: Record) => Record, RegExp][] = [
    [
      ({ x }) => ({ x: tf.concat([x!, x!]) }),
      /"grow": it starts with float32 \[3\] at carried\/x and gives float32 \[6\]/,
    ],
    [({ x }) => ({ x: tf.cast(x!, "int32") }), /float32 \[3\] at carried\/x and gives int32 \[3\]/],
    [({ x }) => ({ y: x! }), /float32 \[3\] at carried\/x and gives nothing/],
    [({ x }) => ({ x: x!, y: x! }), /nothing at carried\/y and gives float32 \[3\]/],
  ];
  for (const [step, message] of wrong) {
    const x = tf.ones([3]);
    await assert.rejects(engine.repeat(step, { name: "grow" })({ x }, [0, 2], ticks), message);
    x.dispose();
  }
  const good = engine.repeat((x: tf.Tensor) => tf.mul(x, 2), { name: "double" });
  const x = await good(tf.ones([3]), [0, 2], ticks);
  assert.deepEqual([...x.dataSync()], [4, 4, 4]);
  tf.dispose([x, ticks]);
});

onXla("repeat() refuses turns that are none, and ticks that do not reach", async (engine) => {
  const repeated = engine.repeat((x: tf.Tensor, tick: tf.Tensor) => tf.add(x, tick), { name: "add" });
  const x = tf.scalar(0), ticks = tf.zeros([3]), one = tf.scalar(1);
  for (const turns of [[-1, 2], [2, 1], [0, 1.5], [0, NaN]] as const) {
    await assert.rejects(repeated(x, turns, ticks), /Cannot run "add" from turn .* 0 ≤ from ≤ to/);
  }
  await assert.rejects(repeated(x, [0, 4], ticks), /up to turn 4: the tensor at ticks of "add" has 3 elements/);
  await assert.rejects(repeated(x, [0, 1], one), /has 0 elements/);
  tf.dispose([x, ticks, one]);
});

Deno.test("a loop is one operation, whose body takes what it uses from outside as operands", () => {
  const scalar = { shape: [], dtype: "i32" } as const, row = { shape: [2], dtype: "f32" } as const;
  const [from, to, x, w] = [scalar, scalar, row, row].map((type) => source(type, "parameter"));
  const [result] = loop(from!, to!, [x!], () => [w!]);
  const { text, inputs } = program([result!]);
  assert.equal(inputs.length, 4);
  assert.equal(text.match(/stablehlo\.while/g)?.length, 1);
  assert.throws(() => loop(from!, to!, [x!], (i) => [i]), ShapeError);
  assert.throws(() => loop(from!, to!, [x!], () => []), /Cannot carry 0 values on in a loop of 1/);
});

Deno.test("what is rounded of an input is rounded before the loop; what a turn carries is rounded in it", () => {
  const scalar = { shape: [], dtype: "i32" } as const, matrix = { shape: [2, 2], dtype: "f32" } as const;
  const [from, to, x, w] = [scalar, scalar, matrix, matrix].map((type) => source(type, "parameter"));
  const half = (value: Value) => convert(value, "bf16");
  const [result] = loop(from!, to!, [x!], (_, [carried]) => {
    return [convert(dot(half(carried!), half(transpose(w!, [1, 0])), { contract: [[1], [0]] }), "f32")];
  });
  const [before, inside] = program([result!]).text.split("stablehlo.while") as [string, string];
  const roundings = (text: string) => text.match(/stablehlo\.convert.*-> tensor<2x2xbf16>/g)?.length ?? 0;
  assert.deepEqual([roundings(before), roundings(inside)], [1, 1]);
  assert.ok(before.includes("stablehlo.transpose") && !inside.includes("stablehlo.transpose"));
});
