/** The charts of a report: losses, measurements, pace. */
import { type LineChart, lineChart, panels, type Spec } from "../plots/mod.ts";
import { type Curve, type History, means } from "./history.ts";

const most = 240; // points of a curve of steps: as many as a chart can show apart
const steps = { title: "training step" };

/** The loss over steps, with that of a network that answers zero beside it. */
export function lossChart({ training, zero }: History): Spec | undefined {
  const loss = training.find(({ name }) => name === "loss");
  if (loss === undefined) return undefined;
  const points = means(loss.points, most);
  const ends = [points[0]!.x, points.at(-1)!.x];
  const per = Math.ceil(loss.points.length / most);
  return lineChart({
    title: "Loss of training",
    subtitle: per > 1 ? `each point is the mean of ${per} steps` : "each point is a step",
    x: steps,
    y: { title: "loss" },
    series: [
      { name: "network", points },
      ...(zero === undefined ? [] : [{ name: "answer of zero", points: ends.map((x) => ({ x, y: zero })) }]),
    ],
    size: { width: 640, height: 280 },
  });
}

/** Each error that is tracked: of training steps, and of metrics of the same name. */
export function errorCharts(history: History): Spec | undefined {
  const errors = history.training.filter(({ name }) => name !== "loss");
  const validation = (name: string) => history.metrics.find((curve) => curve.name === name);
  return sideBySide(
    errors.map(({ name, points }) => {
      const measured = validation(name);
      return chart(`${name} error`, "error", [
        { name: "training", points: means(points, most / 2) },
        ...(measured === undefined ? [] : [{ name: "validation", points: measured.points }]),
      ]);
    }),
    "Errors",
  );
}

/** Measurements that training steps have no error of, such as the kernel inception distance. */
export function metricCharts(history: History): Spec | undefined {
  const own = history.metrics.filter(({ name }) => !history.training.some((curve) => curve.name === name));
  return sideBySide(own.map(({ name, points }) => chart("", name, [{ name, points }], points.length <= 60)), "Metrics");
}

/** Seconds a step, epoch by epoch. */
export function paceChart({ pace }: History): Spec | undefined {
  if (pace.length < 2) return undefined;
  const points = means(pace, most).map(({ x, y }) => ({ x, y: 1000 * y }));
  return lineChart({
    title: "Time of a training step",
    subtitle: "mean of each epoch, metrics and samples left out",
    x: steps,
    y: { title: "milliseconds a step", range: [0, 1.15 * Math.max(...points.map(({ y }) => y))] },
    series: [{ name: "pace", points }],
    size: { width: 640, height: 180 },
  });
}

function chart(title: string, y: string, series: readonly Curve[], marks = false): LineChart {
  return { title, x: steps, y: { title: y }, series, marks, size: { width: 270, height: 190 } };
}

function sideBySide(charts: readonly LineChart[], title: string): Spec | undefined {
  return charts.length === 0 ? undefined : panels(charts, { title, columns: Math.min(3, charts.length) });
}
