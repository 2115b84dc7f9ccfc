/** Picture `schedule`: how much signal and noise there is over diffusion time. */
import { loadNames } from "../../../lib/text/mod.ts";
import { wire } from "../../graph/wire.ts";
import { powersOf, ratesOf } from "../../kinds/diffusion.ts";
import type { Schedule } from "../../kinds/schedule.ts";
import { scheduleOptionUnknown } from "../../problems/messages/pictures.ts";
import { type LineChart, panels, type Spec } from "../../view/plots/mod.ts";
import { DenoiseError, type Problem } from "../../problems/problem.ts";
import { checkOptions } from "../../recipe/options.ts";
import { readSettings } from "../../recipe/overrides.ts";
import type { ReportProblem } from "../../recipe/parse.ts";
import { readRecipe } from "../../recipe/read.ts";
import type { PluginSource } from "../../recipe/types.ts";
import { tellOdd } from "../../problems/odd.ts";
import { runFolderAt } from "../../run/run_folder.ts";
import type { Console } from "../../terminal/console.ts";
import type { Trust } from "../../trust/trust.ts";
import type { PictureResult } from "./options.ts";
import { fileFor, saveChart } from "./save.ts";

/** What to draw. */
export interface SchedulePictureOptions {
  /** Where plugins are found: `builtins`, or `await builtins.withFiles([...])`. */
  readonly plugins: PluginSource;
  /** A recipe, a run folder or a checkpoint, whose schedule is drawn. Default: all schedules there are. */
  readonly recipe?: string | undefined;
  /** What is changed in the recipe; without one, options of schedules, such as `start_log_snr=5`. */
  readonly overrides?: readonly string[];
  /** Which code of the recipe is run besides what the user has trained with on this machine. */
  readonly trust?: Trust;
  /** File to write. Default: `schedule.png`, in `pictures` of the run folder where there is one. */
  readonly out?: string;
}

/** A schedule with a name for the legend. */
export interface NamedSchedule {
  readonly name: string;
  readonly schedule: Schedule;
}

/** Draws the schedule of a recipe, or all schedules in one picture. */
export async function schedulePicture(options: SchedulePictureOptions, console: Console): Promise<PictureResult> {
  const { plugins, recipe: file, overrides = [], out } = options;
  const trust = { trained: true, ...options.trust };
  const target = fileFor(out, "a chart", "schedule.png", file === undefined ? undefined : await runFolderAt(file));
  let schedules: NamedSchedule[];
  let subtitle: string;
  if (file === undefined) {
    schedules = await allSchedules(plugins, overrides);
    subtitle = overrides.length === 0 ? "each with its own defaults" : overrides.join(", ");
  } else {
    const graph = await wire(await readRecipe(file, { plugins, overrides, trust }));
    const { plugin, stage, options } = graph.one("schedule");
    schedules = [{ name: plugin.name, schedule: stage }];
    const given = Object.entries(options).filter(([, value]) => value !== undefined).map(([k, v]) => `${k} ${v}`);
    subtitle = [`${graph.recipe.name}: ${plugin.name}`, ...given].join(", ");
  }
  await saveChart(target, scheduleChart(schedules, subtitle), console);
  return { file: target };
}

/**
 * Every schedule there is.
 *
 * @param texts options, such as `start_log_snr=5`: each schedule takes those that it has
 * @throws {DenoiseError} for one that no schedule has, or whose value does not fit, at its place
 */
async function allSchedules(plugins: PluginSource, texts: readonly string[] = []): Promise<NamedSchedule[]> {
  const problems: Problem[] = [];
  const report: ReportProblem = (text, place) => void problems.push(place === undefined ? text : { ...text, place });
  const settings = readSettings(texts, report);
  const known = new Set<string>();
  const found: NamedSchedule[] = [];
  for (const name of plugins.names("schedule")) {
    const plugin = (await plugins.load("schedule", name))!;
    const names = Object.keys(plugin.options.shape);
    for (const option of names) known.add(option);
    const own = settings.filter(({ key }) => names.includes(key)).map(({ key, field }) => [key, field] as const);
    const node = { value: new Map(own), origin: { from: "default" } as const, place: undefined };
    const owner = { name: `schedule/${name}`, place: own[0]?.[1].key };
    const none = () => Promise.reject(new TypeError("Every option is known"));
    const checked = await checkOptions(plugin.options, node, owner, report, none);
    // The others would say the same of it.
    if (checked === undefined) break;
    found.push({ name, schedule: await plugin.create({ options: checked.options }) as Schedule });
  }
  if (problems.length === 0) {
    for (const { key, field } of settings.filter(({ key }) => !known.has(key))) {
      report(scheduleOptionUnknown(key, [...known]), field.key);
    }
  }
  if (problems.length > 0) {
    await loadNames(...texts);
    throw new DenoiseError(problems.map(tellOdd));
  }
  return found;
}

const intervals = 100; // of diffusion time, of which the ratios of powers are those of one

/** Rates and log-SNR over time, and below them powers, whose ratios say how large the steps of a sampler are. */
function scheduleChart(schedules: readonly NamedSchedule[], subtitle: string): Spec {
  const chart = (y: LineChart["y"], value: (schedule: Schedule, time: number) => number): LineChart => ({
    title: "",
    x: { title: "diffusion time", range: [0, 1] },
    y,
    legend: "schedule",
    size: { width: 290, height: 210 },
    series: schedules.map(({ name, schedule }) => ({
      name,
      points: Array.from({ length: intervals + 1 }, (_, i) => ({
        x: i / intervals,
        y: value(schedule, i / intervals),
      })),
    })),
  });
  /** Power a step later over the power now; NaN where there is no such step. */
  const ratio = (logSnr: Schedule["logSnr"], time: number, part: "signal" | "noise") => {
    const next = time + 1 / intervals;
    if (next > 1 + 1e-9) return NaN;
    return powersOf(logSnr(Math.min(1, next)))[part] / powersOf(logSnr(time))[part];
  };
  const rates = [0, 1] as const;
  const ratios = (part: "signal" | "noise") => {
    const of = ({ logSnr }: Schedule, time: number) => ratio(logSnr, time, part);
    const all = schedules.map(({ name, schedule }) => ({
      name,
      values: Array.from({ length: intervals }, (_, i) => of(schedule, i / intervals)).filter(Number.isFinite),
    }));
    return chart(ratioAxis(part, all), of);
  };
  return panels([
    chart({ title: "signal rate", range: rates }, ({ logSnr }, t) => ratesOf(logSnr(t)).signal),
    chart({ title: "noise rate", range: rates }, ({ logSnr }, t) => ratesOf(logSnr(t)).noise),
    chart({ title: "log signal-to-noise ratio (ln)" }, ({ logSnr }, t) => logSnr(t)),
    chart({ title: "noise power", range: rates }, ({ logSnr }, t) => powersOf(logSnr(t)).noise),
    ratios("noise"),
    ratios("signal"),
  ], {
    title: schedules.length === 1 ? "Diffusion schedule" : "Diffusion schedules",
    subtitle: `${subtitle}; ratios for ${intervals} steps`,
    columns: 3,
  });
}

/** Where most schedules are, and as far as an axis goes for one that is not: beyond it nothing could be told apart. */
const ratioEnds = { noise: { usual: 1.2, last: 2 }, signal: { usual: 0.8, last: 0 } } as const;

/** The axis of ratios: as long as the values need, and where it ends before them, it says which schedule continues. */
export function ratioAxis(
  part: "signal" | "noise",
  all: readonly { readonly name: string; readonly values: readonly number[] }[],
): LineChart["y"] {
  const { usual, last } = ratioEnds[part];
  const far = part === "noise" ? Math.max : Math.min;
  const ends = all.map(({ name, values }) => ({ name, end: far(...values) }));
  const wanted = far(usual, ...ends.map(({ end }) => end));
  const outer = part === "noise" ? Math.min(wanted, last) : Math.max(wanted, last);
  const end = (part === "noise" ? Math.ceil : Math.floor)(Number((outer * 20).toFixed(6))) / 20;
  const beyond = ends.filter((each) => far(each.end, end) !== end && Math.abs(each.end - end) > 1e-9);
  const worst = far(...beyond.map((each) => each.end));
  const title = `next ${part} power / ${part} power`;
  const cut = beyond.length === 0
    ? ""
    : `; ${beyond.length === 1 ? beyond[0]!.name : `${beyond.length} schedules`} reach${
      beyond.length === 1 ? "es" : ""
    } ${Number(worst.toPrecision(3))}`;
  return { title: `${title}${cut}`, range: part === "noise" ? [1, end] : [end, 1] };
}
