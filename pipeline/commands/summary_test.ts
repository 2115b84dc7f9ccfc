/** Tests of the report of a run: it tells what the log tells, and is self-contained. */
import assert from "node:assert/strict";
import type { LogEntry } from "../run/log.ts";
import { chartToSvg } from "../view/plots/mod.ts";
import { errorCharts, lossChart, metricCharts, paceChart } from "../view/report/charts.ts";
import { historyOf, means } from "../view/report/history.ts";
import { toHtml } from "../view/report/page.ts";

const log: LogEntry[] = [
  { step: 0, event: "start", time: "2026-01-02T03:04:05Z", backend: "wasm", zero_output_loss: 0.8 },
  ...[1, 2, 3, 4].map((step) => ({ step, loss: 1 / step, noise: 2 / step })),
  { step: 4, event: "epoch", epoch: 1, seconds: 8 },
  { step: 4, event: "metrics", epoch: 1, noise: 0.5, "kid(a)": 0.3, "kid(a) spread": 0.02 },
  { step: 4, event: "samples", epoch: 1, file: "samples/epoch-001.png" },
  { step: 4, event: "resume", time: "2026-01-02T04:00:00Z", backend: "xla" },
  { step: 5, loss: 0.2, noise: 0.4 },
  { step: 6, loss: 0.1, noise: 0.3 },
  { step: 6, event: "warning", message: "Loss is odd" },
  { step: 6, event: "epoch", epoch: 2, seconds: 11 },
  { step: 6, event: "metrics", epoch: 2, noise: 0.4, "kid(a)": 0.2, "kid(a) spread": 0.01 },
];

Deno.test("historyOf() finds curves, measurements with their spread, paces, starts and warnings", () => {
  const { training, metrics, pace, starts, warnings, zero } = historyOf(log);
  assert.deepEqual(training.map(({ name, points }) => [name, points.length]), [["loss", 6], ["noise", 6]]);
  assert.deepEqual(training[0]!.points.at(-1), { x: 6, y: 0.1 });
  assert.deepEqual(metrics, [
    { name: "noise", points: [{ x: 4, y: 0.5 }, { x: 6, y: 0.4 }] },
    { name: "kid(a)", points: [{ x: 4, y: 0.3, spread: 0.02 }, { x: 6, y: 0.2, spread: 0.01 }] },
  ]);
  assert.deepEqual(pace, [{ x: 4, y: 2 }, { x: 6, y: 1.5 }]);
  assert.deepEqual(starts.map(({ step, backend }) => [step, backend]), [[0, "wasm"], [4, "xla"]]);
  assert.deepEqual([warnings, zero], [["Loss is odd"], 0.8]);
});

Deno.test("means() keeps the mean of a curve and its end, in as few points as asked", () => {
  const points = Array.from({ length: 1000 }, (_, i) => ({ x: i + 1, y: Math.sin(i) + i / 100 }));
  const mean = (all: readonly { y: number }[]) => all.reduce((sum, { y }) => sum + y, 0) / all.length;
  for (const most of [1, 7, 100, 250]) {
    const few = means(points, most);
    assert.ok(few.length <= most);
    assert.equal(few.at(-1)!.x, 1000);
  }
  assert.ok(Math.abs(mean(means(points, 100)) - mean(points)) < 1e-9);
  assert.deepEqual(means(points, 1000), points);
});

Deno.test("charts show the loss, errors of training and validation, metrics and the pace, with names on their axes", async () => {
  const history = historyOf(log);
  const texts = async (spec: Parameters<typeof chartToSvg>[0] | undefined) =>
    [...(await chartToSvg(spec!)).matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);
  const expected = [
    [lossChart(history), ["Loss of training", "training step", "loss", "network", "answer of zero"]],
    [errorCharts(history), ["Errors", "noise error", "training", "validation", "error"]],
    [metricCharts(history), ["Metrics", "kid(a)", "training step"]],
    [paceChart(history), ["Time of a training step", "milliseconds a step"]],
  ] as const;
  for (const [spec, wanted] of expected) {
    const found = await texts(spec);
    for (const text of wanted) assert.ok(found.includes(text), `${text} in ${found}`);
  }
  for (const chart of [lossChart, errorCharts, metricCharts, paceChart]) assert.equal(chart(historyOf([])), undefined);
});

Deno.test("toHtml() puts everything into one page that loads nothing, and escapes what is not its own", () => {
  const page = {
    title: "<run> & co",
    subtitle: "a run",
    fonts: `@font-face { font-family: "Inter"; src: url(data:font/ttf;base64,AAAA) }`,
    facts: [["trained", `6 steps, "quick"`]] as const,
    warnings: ["Loss < 0"],
    charts: [`<svg id="chart"></svg>`],
    samples: [1, 2, 3].map((i) => ({ label: `epoch ${i}`, png: new Uint8Array([i, 80]) })),
    neighbours: "",
    graph: `<svg id="graph"></svg>`,
    recipe: "name: <run>\n",
  };
  const html = toHtml(page);
  for (const text of ["&lt;run&gt; &amp; co", "6 steps, &quot;quick&quot;", "Loss &lt; 0", "name: &lt;run&gt;"]) {
    assert.ok(html.includes(text), text);
  }
  assert.ok(html.includes(`<svg id="chart">`) && html.includes(`<svg id="graph">`));
  const sources = [...html.matchAll(/(?:src=|href=|url\()"?([^")>]*)/g)].map(([, source]) => source!);
  assert.equal(sources.length, 4);
  assert.ok(sources.every((source) => source.startsWith("data:")), sources.join());
  assert.ok(html.indexOf("epoch 3") < html.indexOf("epoch 1"), "the last samples come first");
  assert.ok(
    !toHtml({ ...page, warnings: [], samples: [] }).match(/Warnings|Samples/),
    "what is not there has no heading",
  );
});
