/** Weights of other programs: what the library exports of reading and writing them. */
export { type ExportResult, exportWeights } from "./export.ts";
export { type ImportOptions, importWeights } from "./import.ts";
