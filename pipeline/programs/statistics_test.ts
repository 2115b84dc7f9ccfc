/** Statistics of the training pictures: those of the normalizer, and beside them those of the parametrization. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { leaves } from "../../lib/tensor/mod.ts";
import type { Parametrization } from "../kinds/parametrization.ts";
import { cpu, toyGraph, toyStages } from "../run/testing.ts";
import { blankStatistics, fitStatistics, measuredBy } from "./statistics.ts";

const image = { height: 2, width: 1, channels: 3 };
const bytes = [0, 51, 255, 102, 0, 204];
const pictures = async function* () {
  yield await Promise.resolve(Uint8Array.from(bytes));
};

Deno.test("a parametrization measures the pictures as the normalizer leaves them", async () => {
  await cpu.start();
  const seen: number[] = [];
  const [plain] = toyStages(image).parametrization as [Parametrization];
  const measuring: Parametrization = {
    ...plain,
    async fit(pictures) {
      for await (const chunk of pictures()) seen.push(...chunk);
      return { middle: tf.scalar(0.25) };
    },
    blank: () => ({ middle: tf.scalar(0) }),
  };
  const graph = toyGraph(image, { parametrization: [measuring] });
  const statistics = await fitStatistics(graph, pictures);
  assert.deepEqual(Object.keys(statistics), ["mean", "parametrization.middle"]);
  seen.forEach((value, i) => assert.ok(Math.abs(value - (bytes[i]! / 255 - 0.5) * 2) < 1e-6));
  assert.equal(seen.length, bytes.length);
  assert.deepEqual(leaves(blankStatistics(graph)).map(([path]) => path), Object.keys(statistics));
  assert.deepEqual([...measuredBy(statistics).middle!.dataSync()], [0.25]);
});

Deno.test("one that measures nothing leaves the statistics of the normalizer as they are", async () => {
  await cpu.start();
  const graph = toyGraph(image);
  assert.deepEqual(Object.keys(await fitStatistics(graph, pictures)), ["mean"]);
  assert.deepEqual(Object.keys(blankStatistics(graph)), ["mean"]);
});
