/** The charts of a report: losses, measurements, pace. */
import { bestOf } from "../../run/trend.ts";
import { type ChartPoint, type LineChart, lineChart, type Spec } from "../plots/mod.ts";
import { type Curve, type History, means } from "./history.ts";
import { levelCharts } from "./levels.ts";
import { describeNumber, type Told } from "./names.ts";

/** A chart of a page, which sets its title and text itself. */
export interface ReportChart {
  readonly title: string;
  /** What else a reader has to know. */
  readonly text: string;
  readonly spec: Spec;
  /** The same for narrow screens, where it is wider than those. */
  readonly narrow?: Spec;
}

const mostClasses = 8; // lines that colours tell apart
const most = 240; // points of a curve of steps: as many as a chart can show apart
const steps = { title: "training step" };
const small = { width: 258, height: 180 }; // pixels of the area of the lines: with its axis it fits a phone
const wide = { width: 930, height: 240 };

/** All charts that a history has something for, in the order of the page. */
export function chartsOf(history: History, numbers: readonly Told[]): ReportChart[] {
  return [
    ...lossChart(history),
    ...metricCharts(history, numbers),
    ...classCharts(history, numbers),
    ...levelCharts(history.levels, numbers, small),
    ...errorCharts(history),
    ...updateCharts(history),
    ...paceChart(history),
  ];
}

/** The loss over steps, with that of a network that always answers 0 beside it. */
export function lossChart({ training, zero }: History): ReportChart[] {
  const loss = training.find(({ name }) => name === "loss");
  if (loss === undefined) return [];
  const points = means(loss.points, most);
  const ends = [points[0]!.x, points.at(-1)!.x];
  const per = Math.ceil(loss.points.length / most);
  return [{
    title: "Loss of training",
    text: per > 1
      ? `Each point is the mean of ${per} steps; lower is better.`
      : "Each point is a step; lower is better.",
    ...bothSizes({
      title: "",
      x: steps,
      y: { title: "loss" },
      series: [
        { name: "this network", points },
        ...(zero === undefined ? [] : [{
          name: "a network that always answers 0",
          points: ends.map((x) => ({ x, y: zero })),
        }]),
      ],
    }),
  }];
}

/** Each number that was measured, of validation pictures and of training pictures, with its best. */
export function metricCharts({ metrics }: History, numbers: readonly Told[]): ReportChart[] {
  return metrics.map(({ name, points, training }) => {
    const { title, better, text } = describeNumber(name, numbers);
    const best = better && bestOf(points.map((point) => ({ ...point, value: point.y })), better);
    const compared = training === undefined ? "" : " Both with the average weights.";
    return {
      title,
      text: `${text}${compared}`,
      spec: smallChart(name, [
        { name: training === undefined ? name : "validation pictures", points },
        ...(training === undefined ? [] : [{ name: "training pictures", points: training }]),
      ], { marks: points.length <= 30, notes: best === undefined ? [] : [{ x: best.x, y: best.y, text: "best" }] }),
    };
  });
}

/** Each number that was measured of the classes one by one: a line a class, of many classes those that are worst now. */
export function classCharts({ metrics }: History, numbers: readonly Told[]): ReportChart[] {
  return metrics.flatMap(({ name, classes = [] }) => {
    if (classes.length === 0) return [];
    const { title, better = "lower", text } = describeNumber(name, numbers);
    const last = ({ points }: Curve) => (better === "lower" ? -1 : 1) * (points.at(-1)?.y ?? NaN);
    const worst = classes.toSorted((a, b) => last(a) - last(b)).slice(0, mostClasses);
    const series = classes.filter((each) => worst.includes(each));
    const left = classes.length - series.length;
    const which = left > 0 ? ` The ${mostClasses} of ${classes.length} classes that are worst now.` : "";
    const marks = series[0]!.points.length <= 30;
    return [{
      title: `${title}, by class`,
      text: `${text}${which}`,
      ...bothSizes({ title: "", x: steps, y: { title: name }, legend: "class", series, marks }),
    }];
  });
}

/** Errors of training steps besides the loss. */
export function errorCharts({ training }: History): ReportChart[] {
  return training.filter(({ name }) => name !== "loss").map(({ name, points }) => ({
    title: `Training steps: ${name} error`,
    text: "Of the weights of each step, not of their average. Lower is better.",
    spec: smallChart(name, [{ name, points: means(points, most / 2) }]),
  }));
}

/** Learning rate, where it changes; how long gradients are; and how many steps were skipped, where some were. */
export function updateCharts({ updates }: History): ReportChart[] {
  const of = (name: string) => updates.find((curve) => curve.name === name)?.points ?? [];
  const rates = of("learning_rate"), norms = of("gradient_norm"), skipped = of("skipped");
  const changes = rates.some(({ y }) => y !== rates[0]!.y);
  const last = skipped.at(-1)?.y ?? 0;
  return [
    ...(changes
      ? [{
        title: "Learning rate",
        text: "What the schedule has made of the recipe's learning rate in each step.",
        spec: smallChart("learning rate", [{ name: "learning rate", points: means(rates, most / 2) }]),
      }]
      : []),
    ...(norms.length === 0 ? [] : [{
      title: "Norm of the gradients",
      text: "Of all weights together, before it is clipped. Jumps tell of batches or learning rates that are too much.",
      spec: smallChart("norm", [{ name: "norm", points: means(norms, most / 2) }]),
    }]),
    ...(last === 0 ? [] : [{
      title: "Skipped steps",
      text: `${last} so far, because their gradients were not finite. They changed nothing.`,
      spec: lineChart({
        title: "",
        x: steps,
        y: { title: "skipped steps", range: [0, 1.15 * last] },
        series: [{ name: "skipped", points: means(skipped, most / 2) }],
        size: small,
      }, "page"),
    }]),
  ];
}

/** Seconds a step, epoch by epoch. */
export function paceChart({ pace }: History): ReportChart[] {
  if (pace.length < 2) return [];
  const points = means(pace, most).map(({ x, y }) => ({ x, y: 1000 * y }));
  return [{
    title: "Time of a training step",
    text: "The mean of each epoch, without metrics and samples.",
    ...bothSizes({
      title: "",
      x: steps,
      y: { title: "milliseconds a step", range: [0, 1.15 * Math.max(...points.map(({ y }) => y))] },
      series: [{ name: "pace", points }],
    }, 150),
  }];
}

function smallChart(
  y: string,
  series: readonly { readonly name: string; readonly points: readonly ChartPoint[] }[],
  more: Pick<LineChart, "marks" | "notes"> = {},
): Spec {
  return lineChart({ title: "", x: steps, y: { title: y }, series, size: small, ...more }, "page");
}

function bothSizes(chart: LineChart, height = wide.height): { spec: Spec; narrow: Spec } {
  return {
    spec: lineChart({ ...chart, size: { ...wide, height } }, "page"),
    narrow: lineChart({ ...chart, size: small }, "page"),
  };
}
