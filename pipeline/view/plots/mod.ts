/**
 * Charts: `lineChart`, `panels` and `barChart` say what is drawn, `toSvg`, `toPicture` and `writeChart` draw it.
 *
 * @module
 */
export * from "./draw.ts";
export { type BarChart, barChart, barPanels } from "./bars.ts";
export { type ChartPoint, type LineChart, lineChart, panels, type Place, type Spec } from "./spec.ts";
export { ink, palette } from "./theme.ts";
