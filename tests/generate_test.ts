/** Generating on each backend: steps that are one program give what they give one by one. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { buildGenerate, type GenerateOptions } from "../pipeline/programs/generate.ts";
import { initialState } from "../pipeline/programs/states.ts";
import { cpu, toyGraph, toySampler } from "../pipeline/run/testing.ts";
import xlaBackend from "../plugins/backend/xla.ts";
import { pjrtPlugin } from "./backends.ts";

const graph = toyGraph({ height: 4, width: 4, channels: 3 }, { sampler: [toySampler(12, { fresh: 0.1 })] });

Deno.test({
  name: "generate() gives the same whether steps are one program, are watched, or run on another backend",
  ignore: pjrtPlugin === undefined,
  async fn() {
    const xla = await xlaBackend.create({ options: xlaBackend.options.parse({ plugin: pjrtPlugin }) });
    const images = async (backend: typeof cpu, options: Partial<GenerateOptions> = {}) => {
      await backend.start();
      try {
        return await collect(backend, options);
      } finally {
        await backend.stop();
      }
    };
    const reports: number[] = [];
    const together = await images(xla, { progress: (done) => void reports.push(done) });
    assert.ok(reports.length < 24 && reports.at(-1) === 24, `steps are taken together: ${reports}`);
    const watched = await images(xla, { watch: () => Promise.resolve() });
    assert.deepEqual(together, watched);
    const other = await images(cpu);
    for (const [i, value] of together.entries()) assert.ok(Math.abs(value - other[i]!) < 1e-4, `value ${i}`);
  },
});

async function collect(backend: typeof cpu, options: Partial<GenerateOptions>): Promise<number[]> {
  const generate = buildGenerate(backend, graph, graph.sampler("toy"));
  const { average } = initialState(graph);
  const statistics = { mean: tf.fill([3], 0.5) };
  const all: number[] = [];
  for await (
    const batch of generate({ state: average, statistics, seed: 7, items: [1, 2, 3, 4, 5], batch: 3, ...options })
  ) {
    all.push(...await batch.data());
    batch.dispose();
  }
  return all;
}
