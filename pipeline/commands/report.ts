/** `report.html` of a run: curves, samples, times and the graph, on one page. */
import { join } from "node:path";
import { writeWhole } from "../../lib/files/mod.ts";
import { fontFaces } from "../../lib/image/mod.ts";
import { trainingCost } from "../programs/cost.ts";
import { factsOf } from "../view/graph/describe.ts";
import { drawingOf } from "../view/graph/drawing.ts";
import { graphLegend, toSvg as graphSvg } from "../view/graph/svg.ts";
import type { Graph } from "../graph/types.ts";
import { wire } from "../graph/wire.ts";
import { runFolderMissing } from "../problems/messages/pictures.ts";
import { sampleGrids } from "./pictures/animation.ts";
import { spread } from "./pictures/options.ts";
import { chartToSvg } from "../view/plots/mod.ts";
import { DenoiseError } from "../problems/problem.ts";
import { nearRuns } from "../recipe/near_runs.ts";
import { readRecipe } from "../recipe/read.ts";
import type { PluginSource } from "../recipe/types.ts";
import { toYaml } from "../recipe/write.ts";
import { listCheckpoints, readPosition } from "../run/checkpoint.ts";
import { isLocked } from "../run/lock.ts";
import { type LogEntry, readLog } from "../run/log.ts";
import { numbersOf } from "../run/measure.ts";
import type { Console } from "../terminal/console.ts";
import { row } from "../terminal/rows.ts";
import type { Trust } from "../trust/trust.ts";
import { version } from "../version.ts";
import { chartsOf } from "../view/report/charts.ts";
import { factsOfRun } from "../view/report/facts.ts";
import { historyOf } from "../view/report/history.ts";
import { type Neighbours, neighboursSection } from "../view/report/neighbours.ts";
import { type Page, toHtml } from "../view/report/page.ts";
import { localTime, timeZone } from "../view/report/times.ts";

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
  const file = await writeReport(folder, graph, log, { busy: await isLocked(folder) });
  row(console.results, "report", file);
  return file;
}

/**
 * The same of a graph that is wired already.
 *
 * @param options.busy whether a process trains it now. Default false
 */
export async function writeReport(
  folder: string,
  graph: Graph,
  log: readonly LogEntry[],
  { busy = false }: { busy?: boolean } = {},
): Promise<string> {
  const history = historyOf(log);
  const cost = await trainingCost(graph);
  const [newest] = await listCheckpoints(join(folder, "checkpoints"));
  const saved = newest && { steps: newest.step, seconds: (await readPosition(newest.path)).seconds };

  const grids = await sampleGrids(folder);
  const samples: Page["samples"][number][] = [];
  for (const i of spread(grids.length, mostSamples)) {
    const { path, label } = grids[i]!;
    samples.push({ label, png: await Deno.readFile(path) });
  }
  const charts = chartsOf(history, numbersOf(graph)).map(async ({ title, text, spec, narrow }) => ({
    title,
    text,
    svg: await chartToSvg(spec),
    narrow: narrow && await chartToSvg(narrow),
  }));
  const network = graph.one("network").plugin.name;
  const { height, width } = graph.datasetImage;
  const now = new Date();
  const page: Page = {
    title: graph.recipe.name,
    subtitle: `A run of Denoise ${version}: ${graph.one("dataset").plugin.name}, ${width}×${height}, ${network}. ` +
      `Written ${localTime(now)}, ${timeZone()}.`,
    fonts: await fontFaces(),
    facts: factsOfRun({ graph, log, history, cost, saved, busy, now }),
    warnings: history.warnings,
    charts: await Promise.all(charts),
    samples,
    neighbours: neighboursSection(await neighboursOf(folder), folder),
    graph: (await graphSvg(drawingOf(graph, factsOf(graph, cost)), { upright: true })).replace(/^[\s\S]*?(?=<svg)/, ""),
    graphLegend,
    recipe: toYaml(graph.recipe.resolved),
  };
  const file = join(folder, "report.html");
  await writeWhole(file, toHtml(page));
  return file;
}

/** What `picture neighbours` has left; undefined where there is none, or it is damaged. */
async function neighboursOf(folder: string): Promise<Neighbours | undefined> {
  const at = (name: string) => join(folder, "pictures", name);
  try {
    const { step, text } = JSON.parse(await Deno.readTextFile(at("neighbours.json")));
    if (typeof step !== "number" || typeof text !== "string") return undefined;
    return { step, text, png: await Deno.readFile(at("neighbours.png")) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
