/** Names and texts from outside that try to reach a terminal, a log, a page or a drawing: end to end. */
import assert from "node:assert/strict";
import { join } from "node:path";
import picocolors from "picocolors";
import {
  builtins,
  describeGraph,
  drawingOf,
  image,
  readRecipe,
  report,
  toMermaid,
  toSvg,
  train,
  wire,
} from "../mod.ts";
import { barChart, chartToSvg as chartSvg, lineChart, toPicture } from "../pipeline/view/plots/mod.ts";
import { createConsole } from "../pipeline/terminal/console.ts";
import { keepCells, readCells, writeTable } from "../pipeline/commands/sweep/table.ts";
import { readLog } from "../pipeline/run/log.ts";
import { visible } from "../lib/text/mod.ts";

const evil = "a\u001b[2J\u009b1A\u202e\u200b\u007f<script>alert(1)</script>&\"'|]|```";
const name = `${evil.replaceAll("/", "")}\nforged`;

function assertHarmless(text: string, what: string): void {
  for (const line of text.split("\n")) {
    assert.equal(visible(line), line, what);
    assert.ok(!line.startsWith("forged"), what);
  }
}

async function inTempFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A folder of pictures in hostile folders, one of them damaged; and a recipe that trains on it. */
async function hostileFolder(folder: string): Promise<string> {
  const pictures = join(folder, "pictures", name);
  await Deno.mkdir(pictures, { recursive: true });
  for (let i = 0; i < 8; i++) {
    const data = new Uint8Array(8 * 8 * 3).fill(i * 30);
    await Deno.writeFile(join(pictures, `${i}${name}.png`), await image.encodePng({ width: 8, height: 8, data }));
  }
  await Deno.writeTextFile(join(pictures, `${name}.png`), "damaged");
  const recipe = join(folder, "r.yaml");
  await Deno.writeTextFile(
    recipe,
    `name: r
dataset: { use: image-folder, folder: ${
      JSON.stringify(join(folder, "pictures"))
    }, image_size: 8, batch_size: 4, validation: 0, broken_limit: 0.5 }
network: { use: residual-unet, widths: [4], block_depth: 1, embedding_dims: 4 }
samplers: { preview: { use: ddim, steps: 1 } }
metrics: []
train: { steps: 2, samples: { rows: 1, columns: 1 } }
backend: cpu
`,
  );
  return recipe;
}

Deno.test({
  name: "train() shows hostile names of files and folders escaped, on the terminal, in the log and on the page",
  ignore: Deno.build.os === "windows", // it has no such names
  fn: () =>
    inTempFolder(async (folder) => {
      const said = { out: "", err: "" };
      const console = createConsole({
        out: (text) => void (said.out += text),
        err: (text) => void (said.err += text),
        interactive: false,
        columns: () => 100,
        colors: picocolors.createColors(false),
        now: () => performance.now() * 1e4, // lines of progress as well
      });
      const recipe = await hostileFolder(folder);
      const runs = join(folder, `runs${name}`);
      const options = { plugins: builtins, runs, cache: join(folder, "cache") };
      const { folder: run } = await train(recipe, options, console);
      assert.match(said.err, /Skipped\s+"a\\u001b\[2J\\u009b1A\\u202e\\u200b\\u007f<script>/);
      assertHarmless(said.out, "the terminal");
      assertHarmless(said.err, "the terminal's errors");
      assert.ok(said.out.includes(`runs${visible(name)}`));

      // The log keeps what was warned of as it was, and shows none of it.
      const log = await Deno.readTextFile(join(run, "log.jsonl"));
      assertHarmless(log, "the log");
      assert.equal((await readLog(join(run, "log.jsonl"))).length, log.trimEnd().split("\n").length);
      await Deno.writeTextFile(
        join(run, "log.jsonl"),
        JSON.stringify({ step: 2, event: "warning", message: `${name}` }) + "\n" +
          JSON.stringify({ step: 2, event: "start", backend: evil, time: evil }) + "\n" +
          JSON.stringify({ step: 2, event: "metrics", [evil]: 1 }) + "\n",
        { append: true },
      );
      const page = await Deno.readTextFile(await report(run, { plugins: builtins }, console));
      assert.ok(page.includes("&lt;script&gt;alert(1)"));
      assert.doesNotMatch(page, /<script/i);
      for (const line of page.split("\n")) assert.equal(visible(line), line);
    }),
});

Deno.test("recipes in a run folder show nothing unseen, and read back as they were", () =>
  inTempFolder(async (folder) => {
    const recipe = join(folder, "r.yaml");
    await Deno.writeTextFile(
      recipe,
      `dataset: { use: image-folder, folder: ${JSON.stringify(name)} }
network: residual-unet
train: { steps: 1 }
`,
    );
    const graph = await wire(await readRecipe(recipe, { plugins: builtins }));
    const drawing = drawingOf(graph);
    assertHarmless(describeGraph(graph, undefined), "the graph in words");
    const mermaid = toMermaid(drawing);
    assertHarmless(mermaid, "Mermaid");
    assert.doesNotMatch(mermaid, /<script|^\s*```/m);
    const svg = await toSvg(drawing);
    assertHarmless(svg, "the drawing");
    assert.doesNotMatch(svg, /<script/i);
    await image.renderSvg(svg); // is XML still
  }));

Deno.test("charts show hostile names as text", async () => {
  const points = [{ x: 1, y: 1 }, { x: 2, y: 2 }];
  const line = lineChart({
    title: name,
    subtitle: evil,
    x: { title: evil },
    y: { title: evil },
    legend: evil,
    series: [{ name: evil, points }, { name: "b", points }],
  });
  const noted = lineChart({
    title: name,
    x: { title: "x" },
    y: { title: "y" },
    series: [],
    notes: [{ x: 1, y: 1, text: evil }],
  });
  const bars = barChart({ title: evil, names: evil, value: { title: evil }, bars: [{ name: evil, value: 1 }] });
  for (const spec of [line, noted, bars]) {
    const svg = await chartSvg(spec);
    for (const text of svg.split("\n")) assert.equal(visible(text), text);
    assert.doesNotMatch(svg, /<script/i);
    assert.ok((await toPicture(spec)).width > 0); // is XML still
  }
  assert.ok(
    (await image.drawFigure({ rows: [[{ width: 1, height: 1, data: new Uint8Array(3) }]], title: evil })).width,
  );
});

Deno.test("tables of sweeps show hostile settings escaped, and keep them as they were", () =>
  inTempFolder(async (folder) => {
    const axes = [{ key: "dataset.folder", values: [evil, "b"], afterTraining: false }];
    const metrics = [{ id: "m", name: "m", label: evil, value: 1, better: "lower" as const }];
    const cells = axes[0]!.values.map((value) => ({
      recipe: "x",
      point: { "dataset.folder": value },
      run: "r",
      step: 1,
      metrics,
    }));
    const chart = barChart({ title: "t", names: "n", value: { title: "v" }, bars: [{ name: evil, value: 1 }] });
    const best = { label: evil, better: "lower" as const, cell: cells[0] as never };
    const files = await writeTable(folder, axes, cells as never, best, chart);
    const kept = join(folder, "sweep.json");
    await keepCells(kept, axes, cells as never);
    assert.equal((await readCells(kept))[0]!.point["dataset.folder"], evil);
    for (const file of [...files.filter((file) => !file.endsWith(".png")), kept]) {
      const text = await Deno.readTextFile(file);
      for (const line of text.split("\n")) assert.equal(visible(line), line, file);
      if (file.endsWith(".md")) assert.doesNotMatch(text, /<script|[^\\]\|\]/);
    }
  }));

Deno.test("PNG files hold pixels, and no text", async () => {
  const png = await image.encodePng({ width: 2, height: 2, data: new Uint8Array(12) });
  const text = new TextDecoder("latin1").decode(png);
  assert.doesNotMatch(text, /tEXt|iTXt|zTXt|eXIf/);
});
