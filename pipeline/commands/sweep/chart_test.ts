/** Tests of the chart of a sweep: what its axes, lines and bars are called. */
import assert from "node:assert/strict";
import { chartToSvg } from "../../view/plots/mod.ts";
import { sweepChart } from "./chart.ts";
import { readGrid } from "./grid.ts";

/** Texts of the chart of a grid, whose numbers grow from cell to cell. */
async function textsOf(overrides: readonly string[], label: string, spread?: number): Promise<string[]> {
  const { axes, models } = readGrid(overrides, { "ema.decay": ["0.9"] });
  const points = models.flatMap(({ point, measured }) => measured.map((used) => ({ ...point, ...used })));
  const cells = points.map((point, i) => {
    const measured = { id: "metrics[0]", label, name: label, value: 1 + i, better: "lower" as const };
    return {
      recipe: "",
      run: "",
      step: 1,
      point,
      metrics: [spread === undefined ? measured : { ...measured, spread }],
    };
  });
  const svg = await chartToSvg(sweepChart("Sweep of small", axes, cells, () => "kid"));
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!);
}

Deno.test("sweepChart() draws a line for each setting without numbers, and says what else is the same", async () => {
  const samplers = "samplers.preview={ use: ddim },{ use: ddim, stochasticity: 1 }";
  const texts = await textsOf([samplers, "samplers.preview.steps=5,20"], "kid(inception-v3-75)", 0.1);
  for (
    const text of [
      ...["Sweep of small", "ema.decay 0.9; bands: standard deviation", "kid(inception-v3-75), lower is better"],
      ...["samplers.preview.steps", "5", "20", "samplers.preview", "ddim", "ddim, stochasticity 1"],
    ]
  ) assert.ok(texts.includes(text), `${text} in ${texts}`);
  assert.ok(texts.includes("0"), `the axis of the numbers begins at 0: ${texts}`);
  assert.ok(texts.includes("best 1.00"), `the lowest is marked: ${texts}`);
});

Deno.test("sweepChart() draws a bar for each combination where no setting has numbers, zero in sight", async () => {
  const axes = ["parametrization=noise,signal", "loss.weighting=noise,signal"];
  const texts = await textsOf(axes, "noise", 2);
  for (
    const text of [
      ...[
        "ema.decay 0.9; thin lines: standard deviation",
        "noise (kid), lower is better",
        "parametrization, loss.weighting",
      ],
      ...["noise, noise", "noise, signal", "signal, noise", "signal, signal", "1.00  best", "4.00"],
    ]
  ) assert.ok(texts.includes(text), `${text} in ${texts}`);
});
