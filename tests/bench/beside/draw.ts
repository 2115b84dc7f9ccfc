/** Draws two trainings side by side: their curves, and grids of what they generate from the same noise. */
import { drawFigure, encodePng, layOut, type Picture } from "../../../lib/image/mod.ts";
import { type LineChart, panels, writeChart } from "../../../pipeline/view/plots/mod.ts";
import { files } from "../../../mod.ts";
import { apart, controls, type Pair, type ValidationLosses } from "./outcome.ts";

/** Names of the sides. */
const sides = { ours: "Denoise", theirs: "Keras example", control: "Keras example, perturbed" } as const;

/** Draws the losses of both sides, how far they are apart, and the losses at checkpoints. */
export async function drawCurves(
  file: string,
  pairs: readonly Pair[],
  checkpoints: readonly ValidationLosses[],
): Promise<void> {
  const both = (points: readonly Pair[], loss: "noise" | "image") =>
    (["ours", "theirs"] as const).map((side) => ({
      name: sides[side],
      points: points.map((pair) => ({ x: pair.step, y: pair[side][loss] })),
    }));
  const size = { width: 460, height: 240 };
  const x = { title: "step" };
  const chart = (title: string, points: readonly Pair[], loss: "noise" | "image"): LineChart => ({
    title,
    x,
    y: { title: `${loss} loss` },
    series: both(points, loss),
    size,
  });
  const percent = (name: string, points: readonly Pair[]) => ({
    name,
    points: points.map((pair) => ({ x: pair.step, y: 100 * apart(pair) })),
  });
  const control = controls(pairs);
  const held = checkpoints.map(({ step, average }) => ({ step, ...average }));
  const difference: LineChart = {
    title: "How far the losses are apart",
    x,
    y: { title: "difference (%)", scale: "log" },
    series: [
      percent("Denoise from example", pairs),
      ...(control.length === 0 ? [] : [percent("perturbed from example", control)]),
    ],
    size,
  };
  await writeChart(
    file,
    panels([
      chart("Training, noise", pairs, "noise"),
      chart("Training, image", pairs, "image"),
      difference,
      { ...chart("Held out, average weights", held, "noise"), marks: true },
    ], { title: "The Keras example, trained side by side" }),
  );
}

/** What each side generates from the same noise. */
export interface PairedGrid {
  readonly label: string;
  readonly ours: readonly Picture[];
  readonly theirs: readonly Picture[];
  readonly control?: readonly Picture[];
}

/** Draws grids of all sides beside each other, one row for each kind of weights. */
export async function drawGrids(file: string, grids: readonly PairedGrid[], title: string): Promise<void> {
  const columns = grids[0]!.control === undefined ? [sides.ours, sides.theirs] : Object.values(sides);
  const figure = await drawFigure({
    rows: grids.map(({ ours, theirs, control }) =>
      [ours, theirs, ...(control === undefined ? [] : [control])].map((pictures) =>
        layOut(pictures, { scale: 1, columns: 8 })
      )
    ),
    title,
    rowLabels: grids.map(({ label }) => label),
    columnLabels: columns,
    gap: 12,
  });
  await files.writeWhole(file, await encodePng(figure));
}

/** Mean absolute difference of the pixels of two lists of pictures, 0 to 255. */
export function pixelsApart(a: readonly Picture[], b: readonly Picture[]): number {
  let sum = 0, count = 0;
  for (const [i, { data }] of a.entries()) {
    for (const [j, value] of data.entries()) sum += Math.abs(value - b[i]!.data[j]!);
    count += data.length;
  }
  return sum / count;
}
