/**
 * Charts: `lineChart`, `panels` and `barChart` say what is drawn, `toSvg`, `toPicture` and `writeChart` draw it.
 *
 * @module
 */
export * from "./draw.ts";
export {
  type Axis,
  type BarChart,
  barChart,
  type LineChart,
  lineChart,
  panels,
  type Point,
  type Series,
} from "./spec.ts";
export type { Spec } from "./spec.ts";
