/** Letters and colours of charts. */
import { fontFamily, strongFontFamily } from "../../../lib/image/mod.ts";

/** Letters, lines and paper of all charts. */
export const ink = { text: "#1f2430", grey: "#6a6a78", grid: "#e8eaf0", paper: "#ffffff" } as const;
const { text, grey } = ink;
/**
 * Colours of series, in their order: told apart in print and by most who are colour-blind. Dashes tell apart what comes
 * after them.
 */
export const palette: readonly string[] = [
  "#3b6fb6",
  "#e07b2c",
  "#3a9a56",
  "#c2414b",
  "#8a5cc0",
  "#7c5a4a",
  "#d06fa8",
  "#6b7280",
];
/** Colour of one of several series in order: from light to dark, all dark enough to be seen on paper and in dark mode. */
export function shade(place: number, count: number): string {
  const part = count < 2 ? 1 : place / (count - 1);
  const [light, dark] = [[246, 193, 119], [122, 28, 90]]; // sand to plum: lighter is earlier in print, too
  return `rgb(${light!.map((channel, i) => Math.round(channel + part * (dark![i]! - channel))).join(", ")})`;
}

/** Dashes of series, one pattern for each time the colours are used. */
export const dashes = [[1, 0], [6, 3], [2, 2]];

/** Letters and colours of all charts. */
export const theme = {
  background: ink.paper,
  padding: 12,
  font: fontFamily,
  view: { stroke: null },
  title: {
    anchor: "start" as const,
    font: strongFontFamily,
    fontWeight: "normal" as const,
    fontSize: 15,
    color: text,
    subtitleColor: grey,
    subtitleFontSize: 11.5,
    subtitleFont: fontFamily,
    subtitlePadding: 5,
    offset: 12,
  },
  axis: {
    labelColor: text,
    labelFontSize: 11,
    titleColor: text,
    titleFontSize: 12,
    titleFontWeight: "normal" as const,
    titlePadding: 8,
    domainColor: grey,
    tickColor: grey,
    gridColor: ink.grid,
    labelFlush: false,
    labelLimit: 240,
  },
  legend: {
    labelColor: text,
    labelFontSize: 11.5,
    labelLimit: 400,
    titleColor: text,
    titleFontSize: 12,
    titleFontWeight: "normal" as const,
    symbolStrokeWidth: 2.2,
    symbolSize: 220,
    rowPadding: 4,
  },
};
