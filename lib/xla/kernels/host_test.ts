import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { onXla } from "../backend/testing.ts";

onXla("kernels whose output's shape depends on data run between those of the device", async () => {
  const x = tf.tensor1d([3, 1, 3, 2, 1], "int32");
  const doubled = tf.add(x, x);
  const { values, indices } = tf.unique(doubled);
  const more = tf.add(values, 1);
  assert.deepEqual([[...more.dataSync()], [...indices.dataSync()]], [[7, 3, 5], [0, 1, 0, 2, 1]]);
  const boxes = tf.tensor2d([[0, 0, 1, 1], [0, 0.1, 1, 1.1], [0, 2, 1, 3]]);
  const scores = tf.tensor1d([0.9, 0.8, 0.7]);
  const chosen = await tf.image.nonMaxSuppressionAsync(boxes, scores, 3, 0.5);
  assert.deepEqual([...chosen.dataSync()], [0, 2]);
  tf.dispose([x, doubled, values, indices, more, boxes, scores, chosen]);
});

onXla("they are refused inside a compiled function, with its name and the line", async (engine) => {
  const x = tf.tensor1d([3, 1, 3], "int32");
  const distinct = engine.compile((x: tf.Tensor) => tf.unique(tf.add(x, x)).values, { name: "distinct" });
  await assert.rejects(
    distinct(x),
    /Cannot read values inside the compiled function "distinct" \(a result of Add\) at file:.*host_test\.ts:\d+:\d+/,
  );
  x.dispose();
});
