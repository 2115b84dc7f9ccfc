/** Numbers by noise level over the time of a run: what the log tells, and its charts. */
import type { LogEntry } from "../../run/log.ts";
import { count } from "../../terminal/units.ts";
import { lineChart, type Spec } from "../plots/mod.ts";
import { describeNumber, type Told } from "./names.ts";

/** A number by noise level at some moments. */
export interface LevelHistory {
  /** As the log calls it. */
  readonly name: string;
  readonly moments: readonly Moment[];
}

/** What was measured at a step. */
interface Moment {
  readonly step: number;
  /** Middle of a range of log-SNR, and the number there. */
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

const most = 6; // lines that can be told apart

/** Reads the numbers by noise level out of a log; what is damaged is left out. */
export function levelHistoryOf(log: readonly LogEntry[]): LevelHistory[] {
  const found = new Map<string, Moment[]>();
  for (const { step, event, by_level: told } of log) {
    if (event !== "metrics" || typeof told !== "object" || told === null) continue;
    for (const [name, ranges] of Object.entries(told)) {
      const points = (Array.isArray(ranges) ? ranges : []).flatMap((range) => {
        const { from, to, value } = Object(range);
        return [from, to, value].every(Number.isFinite) ? [{ x: (from + to) / 2, y: value }] : [];
      });
      if (points.length > 0) (found.get(name) ?? found.set(name, []).get(name)!).push({ step, points });
    }
  }
  return [...found].map(([name, moments]) => ({ name, moments }));
}

/** A chart of each number: a line a moment, from the first measurement to the last. */
export function levelCharts(
  histories: readonly LevelHistory[],
  numbers: readonly Told[],
  size: { readonly width: number; readonly height: number },
): { title: string; text: string; spec: Spec }[] {
  return histories.map(({ name, moments }) => ({
    title: `${describeNumber(name, numbers).title}, by noise level`,
    text: "Of validation pictures. Noise is at the left, pictures are at the right.",
    spec: lineChart({
      title: "",
      x: { title: "log-SNR" },
      y: { title: name, zero: true },
      series: some(moments).map(({ step, points }) => ({ name: `step ${count(step)}`, points })),
      ordered: true,
      size,
    }, "page"),
  }));
}

/** The first, the last, and some between them: ever further apart, because networks learn ever slower. */
function some(moments: readonly Moment[]): Moment[] {
  if (moments.length <= most) return [...moments];
  const last = moments.length - 1;
  const places = Array.from({ length: most }, (_, i) => Math.round((last + 1) ** (i / (most - 1)) - 1));
  return places.map((place, i) => moments[Math.min(last, Math.max(place, i))]!);
}
