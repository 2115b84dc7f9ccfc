/** Tests of preparing metrics: one that is unavailable is told of once, and the others continue. */
import assert from "node:assert/strict";
import { files, refuse } from "denoise/plugin";
import type { Graph, Stage } from "../graph/types.ts";
import type { Metric } from "../kinds/metric.ts";
import { DenoiseError } from "../problems/problem.ts";
import { memoryConsole } from "../terminal/memory_console.ts";
import { prepareMetrics } from "./prepare_metrics.ts";

const signal = new AbortController().signal;

function graphOf(metrics: Record<string, Metric["prepare"]>): Graph {
  const stages = Object.entries(metrics).map(([name, prepare], i) =>
    ({
      kind: "metric",
      id: `metrics[${i}]`,
      path: ["metrics", i],
      plugin: { kind: "metric", name },
      options: {},
      stage: { better: { [name]: "lower" }, measure: () => Promise.resolve({}), ...(prepare ? { prepare } : {}) },
    }) as unknown as Stage<"metric">
  );
  const recipe = { problem: (path: unknown[], text: object) => ({ ...text, place: undefined, path }) };
  return { recipe, all: () => stages } as unknown as Graph;
}

Deno.test("a metric whose download fails is told of once, and the others are prepared", async () => {
  const console = memoryConsole();
  const folders: string[] = [];
  const graph = graphOf({
    plain: undefined,
    far: () => Promise.reject(new files.DownloadError('Cannot download "x"', ["place it at: there"])),
    ready: (tools) => Promise.resolve(void folders.push(tools.folder)),
  });
  const ready = await prepareMetrics(graph, console, { signal, cache: "cache" });
  assert.deepEqual(ready.map(({ plugin }) => plugin.name), ["plain", "ready"]);
  assert.deepEqual(folders, ["cache/metrics/ready"]);
  const text = console.warnings.join("\n");
  assert.match(text, /Cannot measure "far": a file it needs is missing; everything else continues without it/);
  for (const line of ['Cannot download "x"', "place it at: there", "leave metrics[1] out of the recipe"]) {
    assert.equal(text.split(line).length, 2, `${line} in ${text}`);
  }
});

Deno.test("a metric that refuses an option, or fails, stops what was asked for", async () => {
  const prepare = (prepare: Metric["prepare"]) =>
    prepareMetrics(graphOf({ odd: prepare }), memoryConsole(), { signal, cache: "cache" });
  const refusal = () => refuse({ option: "weights", what: "The file is empty", fix: "name another" });
  await assert.rejects(prepare(refusal), (error) => {
    assert.ok(error instanceof DenoiseError);
    assert.match(JSON.stringify(error.problems), /"weights"/);
    return true;
  });
  await assert.rejects(prepare(() => Promise.reject(new Error("disk on fire"))), /disk on fire/);
});
