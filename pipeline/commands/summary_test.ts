/** Tests of the report of a run: it tells what the log tells, and is self-contained. */
import assert from "node:assert/strict";
import type { LogEntry } from "../run/log.ts";
import { chartToSvg, ink, palette } from "../view/plots/mod.ts";
import { chartsOf } from "../view/report/charts.ts";
import { historyOf, means } from "../view/report/history.ts";
import { groupColours } from "../view/graph/svg.ts";
import { toHtml } from "../view/report/page.ts";
import { style } from "../view/report/style.ts";
import { between, localTime } from "../view/report/times.ts";

const log: LogEntry[] = [
  { step: 0, event: "start", time: "2026-01-02T03:04:05Z", backend: "wasm", zero_output_loss: 0.8 },
  ...[1, 2, 3, 4].map((step) => ({
    ...{ step, loss: 1 / step, noise: 2 / step },
    ...{ learning_rate: step / 100, gradient_norm: step === 3 ? null : step, ...(step < 3 ? {} : { skipped: 1 }) },
  })),
  { step: 4, event: "epoch", epoch: 1, seconds: 8 },
  { step: 4, event: "metrics", epoch: 1, noise: 0.5, "kid(a)": 0.3, "kid(a) spread": 0.02 },
  { step: 4, event: "samples", epoch: 1, file: "samples/epoch-001.png" },
  { step: 4, event: "resume", time: "2026-01-02T04:00:00Z", backend: "xla" },
  { step: 5, loss: 0.2, noise: 0.4 },
  { step: 6, loss: 0.1, noise: 0.3 },
  { step: 6, event: "warning", message: "Loss is odd" },
  { step: 6, event: "epoch", epoch: 2, seconds: 11 },
  { step: 6, event: "metrics", epoch: 2, noise: 0.4, "noise training": 0.35, "kid(a)": 0.2, "kid(a) spread": 0.01 },
];

Deno.test("historyOf() finds curves, measurements with their spread, paces, starts and warnings", () => {
  const { training, metrics, pace, starts, warnings, zero, done } = historyOf(log);
  assert.deepEqual(training.map(({ name, points }) => [name, points.length]), [["loss", 6], ["noise", 6]]);
  assert.deepEqual(training[0]!.points.at(-1), { x: 6, y: 0.1 });
  assert.deepEqual(metrics, [
    { name: "noise", points: [{ x: 4, y: 0.5 }, { x: 6, y: 0.4 }], training: [{ x: 6, y: 0.35 }] },
    { name: "kid(a)", points: [{ x: 4, y: 0.3, spread: 0.02 }, { x: 6, y: 0.2, spread: 0.01 }] },
  ]);
  assert.deepEqual(pace, [{ x: 4, y: 2 }, { x: 6, y: 1.5 }]);
  assert.deepEqual(starts.map(({ step, backend }) => [step, backend]), [[0, "wasm"], [4, "xla"]]);
  assert.deepEqual([warnings, zero, done], [["Loss is odd"], 0.8, { steps: 6, epochs: 2 }]);
});

Deno.test("historyOf() counts a last step whose loss was not a number", () => {
  const skipped = { step: 7, loss: null, gradient_norm: null, skipped: 2 };
  assert.equal(historyOf([...log, skipped]).done.steps, 7);
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

const numbers = [
  { label: "noise", better: "lower", plugin: "validation-error" },
  { label: "kid(a)", better: "lower", plugin: "kid" },
] as const;

Deno.test("charts show loss, measurements with their best, errors of steps and the pace, in words", async () => {
  const charts = chartsOf(historyOf(log), numbers);
  const drawn = await Promise.all(charts.map(async ({ title, text, spec, narrow }) => {
    const words = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!);
    const width = (svg: string) => Number(/<svg[^>]* width="([\d.]+)"/.exec(svg)![1]);
    const svg = await chartToSvg(spec);
    const forPhones = narrow === undefined ? svg : await chartToSvg(narrow);
    assert.ok(width(forPhones) <= 335, `"${title}" fits a phone: ${width(forPhones)} pixels`);
    assert.ok(width(svg) <= 1036, `"${title}" fits the page: ${width(svg)} pixels`);
    return [title, text, words(svg)] as const;
  }));
  const expected: [title: string, text: string, words: string[]][] = [
    ["Loss of training", "Each point is a step; lower is better.", ["this network", "a network that always answers 0"]],
    [
      "Validation error: noise",
      "Lower is better. Both with the average weights.",
      ["validation pictures", "training pictures", "best"],
    ],
    ["kid(a)", "Lower is better.", ["kid(a)", "best", "training step"]],
    ["Training steps: noise error", "Of the weights of each step, not of their average. Lower is better.", ["noise"]],
    [
      "Learning rate",
      "What the schedule has made of the recipe's learning rate in each step.",
      ["learning rate", "training step"],
    ],
    [
      "Norm of the gradients",
      "Of all weights together, before it is clipped. Jumps tell of batches or learning rates that are too much.",
      ["norm"],
    ],
    ["Skipped steps", "1 so far, because their gradients were not finite. They changed nothing.", ["skipped steps"]],
    ["Time of a training step", "The mean of each epoch, without metrics and samples.", ["milliseconds a step"]],
  ];
  assert.deepEqual(drawn.map(([title, text]) => [title, text]), expected.map(([title, text]) => [title, text]));
  for (const [i, [, , words]] of expected.entries()) {
    for (const word of words) assert.ok(drawn[i]![2].includes(word), `${word} in ${drawn[i]![2]}`);
  }
  assert.deepEqual(chartsOf(historyOf([]), numbers), []);
});

Deno.test("toHtml() puts everything into one page that loads nothing, and escapes what is not its own", () => {
  const page = {
    title: "<run> & co",
    subtitle: "a run",
    fonts: `@font-face { font-family: "Inter"; src: url(data:font/ttf;base64,AAAA) }`,
    facts: [{ label: "Trained", value: `6 steps, "quick"`, note: "1 < 2" }],
    warnings: ["Loss < 0"],
    charts: [{ title: "Loss <", text: "low", svg: `<svg id="chart"></svg>`, narrow: `<svg id="narrow"></svg>` }],
    samples: [1, 2, 3].map((i) => ({ label: `epoch ${i}`, png: new Uint8Array([i, 80]) })),
    neighbours: "",
    graph: `<svg id="graph"></svg>`,
    graphLegend: "solid: flow",
    recipe: "name: <run>\n",
  };
  const html = toHtml(page);
  for (
    const text of ["&lt;run&gt; &amp; co", "6 steps, &quot;quick&quot;", "Loss &lt; 0", "name: &lt;run&gt;", "1 &lt; 2"]
  ) {
    assert.ok(html.includes(text), text);
  }
  assert.ok(
    html.includes(`<svg id="chart">`) && html.includes(`<svg id="narrow">`) && html.includes(`<svg id="graph">`),
  );
  const sources = [...html.matchAll(/(?:src=|href=|url\()"?([^")>]*)/g)].map(([, source]) => source!);
  assert.equal(sources.length, 4);
  assert.ok(sources.every((source) => source.startsWith("data:")), sources.join());
  assert.ok(html.indexOf("epoch 3") < html.indexOf("epoch 1"), "the last samples come first");
  assert.ok(
    !toHtml({ ...page, warnings: [], samples: [] }).match(/Warnings|Samples/),
    "what is not there has no heading",
  );
});

Deno.test("the page has a dark look for every colour of charts and graphs, and loads nothing for it", () => {
  const [light, dark] = style.split("@media (prefers-color-scheme: dark)");
  assert.ok(light!.includes("--paper: #fff"));
  const colours = [
    ...palette,
    ...Object.values(ink),
    ...Object.values(groupColours).flatMap((each) => Object.values(each)),
  ];
  for (const colour of colours) {
    assert.match(dark!, RegExp(`\\[fill="${colour}"\\] \\{ fill: #[0-9a-f]{6}; \\}`), colour);
  }
});

Deno.test("times of a report are local, without seconds, and say how long ago they were", () => {
  assert.match(localTime("2026-01-02T03:04:05.678Z"), /^[12] Jan 2026, \d\d:\d\d$/);
  assert.equal(localTime("<once>"), "<once>");
  const now = new Date("2026-01-02T12:00:00Z");
  const times = ["2026-01-02T11:59:40Z", "2026-01-02T11:59:00Z", "2026-01-02T10:00:00Z", "2025-12-24T12:00:00Z"];
  assert.deepEqual(times.map((time) => between(time, now)), ["less than a minute", "1 minute", "2 hours", "9 days"]);
  assert.deepEqual([between("<once>", now), between("2026-01-03T12:00:00Z", now)], [undefined, undefined]);
});
