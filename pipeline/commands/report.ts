/** `report.html` of a run: curves, samples, times and the graph, on one page. */
import { join } from "node:path";
import { writeWhole } from "../../lib/files/mod.ts";
import { fontFaces } from "../../lib/image/mod.ts";
import { trainingCost } from "../programs/cost.ts";
import { factsOf } from "../view/graph/describe.ts";
import { drawingOf } from "../view/graph/drawing.ts";
import { toSvg as graphSvg } from "../view/graph/svg.ts";
import type { Graph } from "../graph/types.ts";
import { wire } from "../graph/wire.ts";
import { runFolderMissing } from "../problems/messages/pictures.ts";
import { sampleGrids } from "./pictures/animation.ts";
import { spread } from "./pictures/options.ts";
import { chartToSvg, type Spec } from "../view/plots/mod.ts";
import { DenoiseError } from "../problems/problem.ts";
import { nearRuns } from "../recipe/near_runs.ts";
import { readRecipe } from "../recipe/read.ts";
import type { PluginSource } from "../recipe/types.ts";
import { toYaml } from "../recipe/write.ts";
import { listCheckpoints, readPosition } from "../run/checkpoint.ts";
import { type LogEntry, readLog } from "../run/log.ts";
import type { Console } from "../terminal/console.ts";
import { row } from "../terminal/rows.ts";
import { count, counted, decimal, duration, rate, scaled, withSpread } from "../terminal/units.ts";
import type { Trust } from "../trust/trust.ts";
import { version } from "../version.ts";
import { errorCharts, lossChart, metricCharts, paceChart } from "../view/report/charts.ts";
import { type History, historyOf } from "../view/report/history.ts";
import { type Page, toHtml } from "../view/report/page.ts";

const mostSamples = 13; // grids on a page: some tens of kilobytes each

/**
 * Writes the report of a run, from its log, its samples and its recipe.
 *
 * @param folder a run folder
 * @returns the file
 * @throws {DenoiseError} when it is not a run folder, or its recipe no longer works
 */
export async function report(
  folder: string,
  options: { plugins: PluginSource; trust?: Trust },
  console: Console,
): Promise<string> {
  const log = await readLog(join(folder, "log.jsonl")).catch(async (error) => {
    if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) throw error;
    throw new DenoiseError(runFolderMissing(folder, "a report", await nearRuns(folder)), { cause: error });
  });
  const trust = { trained: true, ...options.trust };
  const graph = await wire(await readRecipe(join(folder, "recipe.yaml"), { ...options, trust }));
  const file = await writeReport(folder, graph, log);
  row(console.results, "report", file);
  return file;
}

/** The same of a graph that is wired already. */
export async function writeReport(folder: string, graph: Graph, log: readonly LogEntry[]): Promise<string> {
  const history = historyOf(log);
  const cost = await trainingCost(graph);
  const [newest] = await listCheckpoints(join(folder, "checkpoints"));
  const seconds = newest === undefined ? undefined : (await readPosition(newest.path)).seconds;
  const batch = graph.one("dataset").options.batch_size;

  const grids = await sampleGrids(folder);
  const samples: Page["samples"][number][] = [];
  for (const i of spread(grids.length, mostSamples)) {
    const { path, label } = grids[i]!;
    samples.push({ label, png: await Deno.readFile(path) });
  }
  const charts = [lossChart(history), errorCharts(history), metricCharts(history), paceChart(history)]
    .filter((spec): spec is Spec => spec !== undefined);
  const network = graph.one("network").plugin.name;
  const { height, width } = graph.datasetImage;
  const page: Page = {
    title: graph.recipe.name,
    subtitle: `A run of Denoise ${version}: ${graph.one("dataset").plugin.name}, ${width}×${height}, ${network}`,
    fonts: await fontFaces(),
    facts: [
      ["trained", trained(history, seconds)],
      ...(seconds === undefined || newest === undefined || newest.step === 0
        ? []
        : [["pace", paceText(newest.step, seconds, batch)] as const]),
      ...(cost === undefined ? [] : [
        ["network", `${counted(cost.parameters, "parameter")}, ${scaled(cost.stepFlops, "FLOP")} a step`] as const,
      ]),
      ...history.starts.map(({ step, time, backend }) =>
        [step === 0 ? "started" : `resumed after step ${count(step)}`, `${time}, ${backend}`] as const
      ),
      ...history.metrics.map(({ name, points }) => [name, measurement(points)] as const),
    ],
    warnings: history.warnings,
    charts: await Promise.all(charts.map(chartToSvg)),
    samples,
    graph: (await graphSvg(drawingOf(graph, factsOf(graph, cost)))).replace(/^[\s\S]*?(?=<svg)/, ""),
    recipe: toYaml(graph.recipe.resolved),
  };
  const file = join(folder, "report.html");
  await writeWhole(file, toHtml(page));
  return file;
}

function trained({ training }: History, seconds: number | undefined): string {
  const last = training.find(({ name }) => name === "loss")?.points.at(-1);
  if (last === undefined) return "not yet";
  const time = seconds === undefined ? "" : ` in ${duration(seconds)}`;
  return `${counted(last.x, "step")}${time}, loss ${decimal(last.y)}`;
}

function paceText(steps: number, seconds: number, batch: number): string {
  const each = seconds / steps;
  const text = each < 1 ? `${(1000 * each).toFixed(each < 0.1 ? 1 : 0)} ms` : `${each.toFixed(2)} s`;
  return `${text} a step, ${rate(batch / each)} images/s`;
}

/** The last value, and the lowest where that is another. */
function measurement(points: History["metrics"][number]["points"]): string {
  const last = points.at(-1)!;
  const least = points.reduce((best, point) => point.y < best.y ? point : best);
  const lowest = least === last || points.length === 1 ? "" : `; lowest ${decimal(least.y)} at step ${count(least.x)}`;
  return `${withSpread(last.y, last.spread)} at step ${count(last.x)}${lowest}`;
}
