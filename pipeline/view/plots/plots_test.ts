/** Tests of charts: they say what they show, and show what they were given. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { barChart, chartToSvg, type LineChart, lineChart, panels, writeChart } from "./mod.ts";

const chart: LineChart = {
  title: "Samplers & steps",
  subtitle: "on flowers",
  x: { title: "diffusion steps", scale: "log" },
  y: { title: "KID <lower is better>" },
  legend: "sampler",
  marks: true,
  series: [
    { name: "ddim", points: [{ x: 1, y: 3 }, { x: 2, y: 2, spread: 0.5 }, { x: 20, y: 1 }] },
    { name: "heun", points: [{ x: 1, y: 4 }, { x: 2, y: NaN }, { x: 20, y: 2 }] },
  ],
};

const texts = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);

/** Words that describe a mark to screen readers, such as `diffusion steps: 2; KID: 2; sampler: ddim`. */
const marks = (svg: string, type: string) =>
  [...svg.matchAll(/<path aria-label="([^"]*)"[^>]*aria-roledescription="([^"]*)"/g)]
    .filter(([, , role]) => role === type).map(([, label]) => label);

Deno.test("a chart's SVG has title, subtitle, axis names and a legend of its series", async () => {
  const svg = await chartToSvg(lineChart(chart));
  for (
    const text of [
      "Samplers &amp; steps",
      "on flowers",
      "diffusion steps",
      "KID &lt;lower is better&gt;",
      "sampler",
      "ddim",
      "heun",
    ]
  ) assert.ok(texts(svg).includes(text), `${text} in ${texts(svg)}`);
});

Deno.test("a chart has a mark for each point, none for what is not a number, and a tick at each step", async () => {
  const svg = await chartToSvg(lineChart(chart));
  const points = marks(svg, "point").map((label) => label!.replace(/KID &lt;.*?&gt;/, "KID"));
  assert.deepEqual(points, [
    "diffusion steps: 1; KID: 3; sampler: ddim",
    "diffusion steps: 2; KID: 2; sampler: ddim",
    "diffusion steps: 20; KID: 1; sampler: ddim",
    "diffusion steps: 1; KID: 4; sampler: heun",
    "diffusion steps: 20; KID: 2; sampler: heun",
  ]);
  for (const step of ["1", "2", "20"]) assert.ok(texts(svg).includes(step), step);
});

Deno.test("axes of whole numbers have ticks at whole numbers alone, others where they fit", async () => {
  const of = async (by: number) => {
    const series = [{ name: "skipped", points: [16, 17].map((x) => ({ x: by * x, y: by * (x - 16) })) }];
    const svg = await chartToSvg(lineChart({ title: "", x: { title: "step" }, y: { title: "steps" }, series }));
    return texts(svg).filter((text) => text!.includes("."));
  };
  assert.deepEqual(await of(1), []);
  assert.ok((await of(1.5)).length > 0);
});

Deno.test("panels share one legend; lines of one name have one colour in all", async () => {
  const svg = await chartToSvg(
    panels([chart, { ...chart, title: "second", series: [chart.series[1]!] }], { title: "Both" }),
  );
  assert.equal(texts(svg).filter((text) => text === "heun").length, 1);
  assert.ok(texts(svg).includes("Both") && texts(svg).includes("second"));
  const colours = [...svg.matchAll(/aria-label="[^"]*sampler: heun"[^>]* (?:fill|stroke)="(#[^"]+)"/g)].map((
    [, colour],
  ) => colour);
  assert.ok(colours.length >= 3);
  assert.equal(new Set(colours).size, 1);
});

Deno.test("bars are in the order given, with their values", async () => {
  const bars = [{ name: "worse", value: 0.5, spread: 0.1 }, { name: "best", value: 0.25 }];
  const svg = await chartToSvg(barChart({ title: "Sweep", names: "schedule", value: { title: "KID" }, bars }));
  const written = texts(svg);
  for (const text of ["Sweep", "schedule", "KID", "0.500", "0.250"]) assert.ok(written.includes(text), text);
  assert.ok(written.indexOf("worse") < written.indexOf("best"));
});

Deno.test("letters look the same where the machine has no font", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const config = join(folder, "fonts.conf");
    await Deno.writeTextFile(
      config,
      `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig></fontconfig>`,
    );
    const svg = join(folder, "chart.svg");
    await writeChart(svg, lineChart(chart));
    const render = async (env: Record<string, string>) => {
      const module = pathToFileURL(join(Deno.cwd(), "lib/image/mod.ts")).href;
      const code = `import { renderSvg } from ${JSON.stringify(module)};
        const picture = await renderSvg(Deno.readTextFileSync(${JSON.stringify(svg)}));
        console.log(Array.from(new Uint8Array(await crypto.subtle.digest("SHA-256", picture.data))).join());`;
      const child = new Deno.Command(Deno.execPath(), {
        args: ["eval", code],
        env: { ...env, NO_COLOR: "1" },
        stderr: "piped",
      });
      const { stdout, stderr, success } = await child.output();
      assert.ok(success, new TextDecoder().decode(stderr));
      return new TextDecoder().decode(stdout).trim();
    };
    const [bare, here] = [await render({ FONTCONFIG_FILE: config }), await render({})];
    assert.match(bare, /^\d+(,\d+){31}$/);
    assert.equal(bare, here);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
