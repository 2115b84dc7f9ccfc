/** Tells and writes what two trainings side by side came to. */
import { join } from "node:path";
import { type Console, files } from "../../../mod.ts";
import { drawCurves, drawGrids, type PairedGrid, pixelsApart } from "./draw.ts";
import {
  apart,
  blockMeans,
  type Both,
  controls,
  type Distance,
  judge,
  type LossPair,
  type Pair,
  type ValidationLosses,
} from "./outcome.ts";
import type { Weights } from "./ours.ts";

const named: Readonly<Record<Weights, string>> = { average: "average weights", network: "trained weights" };

/** All that was trained and generated. */
export interface Trained {
  /** What either side runs on. */
  readonly ours: string;
  readonly theirs: string;
  readonly batch: number;
  readonly tolerance: number;
  readonly pairs: readonly Pair[];
  readonly checkpoints: readonly ValidationLosses[];
  /** Pictures from the same noise. */
  readonly grids: Readonly<Record<Weights, Omit<PairedGrid, "label">>>;
}

/** Losses of both sides in one line. */
export function told(both: Both): string {
  const each = (["noise", "image"] as const).map((name) =>
    `${name} ${both.ours[name].toFixed(5)}, theirs ${both.theirs[name].toFixed(5)}`
  );
  return `${each.join("; ")}; ${percent(apart(both))} apart`;
}

export function csvHeader(control: boolean): string {
  return `step,noise_ours,noise_theirs,image_ours,image_theirs${control ? ",noise_control,image_control" : ""}`;
}

export function csvLine({ step, ours, theirs, control }: Pair): string {
  const more = control === undefined ? [] : [control.noise, control.image];
  return [step, ours.noise, theirs.noise, ours.image, theirs.image, ...more].join(",");
}

/**
 * Draws curves and grids, writes the summary, and tells it.
 *
 * @returns whether what is judged is within the tolerance
 */
export async function writeOutcome(folder: string, console: Console, trained: Trained): Promise<boolean> {
  const { pairs, checkpoints, grids, tolerance, ...sides } = trained;
  const outcome = judge(pairs, checkpoints, tolerance);
  const perturbed = controls(pairs);
  const control = perturbed.length === 0 ? undefined : judge(perturbed, [], tolerance).judged;
  const rows = Object.entries(grids).map(([weights, pictures]) => ({
    label: named[weights as Weights].replace(" ", "\n"),
    ...pictures,
  }));
  const pixels = Object.fromEntries(rows.map(({ label, ours, theirs, control }) => [
    label.replace("\n", " "),
    { ours: pixelsApart(ours, theirs), ...control && { control: pixelsApart(control, theirs) } },
  ]));
  const fifties = blockMeans(pairs, 50);
  await drawCurves(join(folder, "curves.png"), pairs, checkpoints);
  const title = `After ${pairs.length} steps, from the same noise, 20 steps of DDIM`;
  await drawGrids(join(folder, "grids.png"), rows, title);
  const summary = { ...sides, steps: pairs.length, tolerance, outcome, control, pixels, means: fifties, checkpoints };
  await files.writeWhole(join(folder, "summary.json"), `${JSON.stringify(summary, null, 2)}\n`);

  printTable(console, [
    ...fifties.map((both, i) => [`steps ${50 * i + 1} to ${both.step}`, both] as const),
    ...checkpoints.flatMap(({ step, average, network }) => [
      [`held out, step ${step}, ${named.average}`, average] as const,
      [`held out, step ${step}, ${named.network}`, network] as const,
    ]),
  ]);
  console.line();
  const tell = (what: string, worst: Distance | undefined) =>
    worst && console.line(`largest difference, ${what}: ${percent(worst.apart)}, after step ${worst.step}`);
  for (const [what, distance] of Object.entries({ ...outcome.judged, ...outcome.others })) tell(what, distance);
  for (const [what, distance] of Object.entries(control ?? {})) tell(`perturbed example, ${what}`, distance);
  for (const [label, { ours, control }] of Object.entries(pixels)) {
    const more = control === undefined ? "" : `, perturbed example ${control.toFixed(2)}`;
    console.line(`mean difference, pixels generated with ${label}: ${ours.toFixed(2)} of 255${more}`);
  }
  console.line(`${outcome.within ? "within" : "NOT within"} ${percent(tolerance)}`);
  return outcome.within;
}

function printTable(console: Console, rows: readonly (readonly [string, Both])[]): void {
  const width = Math.max(...rows.map(([what]) => what.length));
  const cells = ({ ours, theirs }: Both) => {
    const each = (name: keyof LossPair) => [ours[name], theirs[name]].map((loss) => loss.toFixed(5).padStart(9));
    return [...each("noise"), ...each("image")].join("");
  };
  const head = ["noise", "theirs", "image", "theirs"].map((text) => text.padStart(9)).join("");
  console.line();
  console.line(`${"mean losses".padEnd(width)}${head}  apart`);
  for (const [what, both] of rows) console.line(`${what.padEnd(width)}${cells(both)}  ${percent(apart(both))}`);
}

/** `0.013 %`. */
function percent(part: number): string {
  return `${Number((100 * part).toPrecision(2))} %`;
}
