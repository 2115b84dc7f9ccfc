/**
 * Charts: `lineChart`, `panels` and `barChart` say what is drawn, `toSvg`, `toPicture` and `writeChart` draw it.
 *
 * @module
 */
export * from "./draw.ts";
export {
  type BarChart,
  barChart,
  barPanels,
  type ChartPoint,
  ink,
  type LineChart,
  lineChart,
  palette,
  panels,
  type Place,
} from "./spec.ts";
export type { Spec } from "./spec.ts";
