/** tfjs on XLA: any tfjs program, compiled through a PJRT plugin. */
export { type CompileFunctionOptions } from "./backend/compile.ts";
export type { AskedPrecision } from "./backend/bfloat16.ts";
export { XlaEngine, type XlaOptions } from "./backend/engine.ts";
export type { Turns } from "./backend/repeat.ts";
export type { Tree } from "./backend/tree.ts";
export type { Precision } from "./kernels/settings.ts";
export {
  type AddOptions,
  addRuntime,
  canRequest,
  type Choice,
  choosePlugin,
  damageOf,
  detect,
  type Hardware,
  type Installed,
  listInstalled,
  pluginVariable,
  requestRuntime,
  RuntimeError,
  type RuntimeName,
  runtimes,
} from "./runtime/mod.ts";
