/** tfjs on XLA: any tfjs program, compiled through a PJRT plugin. */
export { type CompileFunctionOptions } from "./backend/compile.ts";
export type { AskedPrecision, ComputedPrecision } from "./backend/precision.ts";
export type { Destination } from "./backend/destination.ts";
export { XlaEngine, type XlaOptions } from "./backend/engine.ts";
export { type Gpu, type GpuName, gpus, type MatrixType, peakOf } from "./ahead/gpus.ts";
export type { MemoryOptions } from "./backend/gpu.ts";
export { MemoryError } from "./backend/memory.ts";
export type { ClientOptions, DeviceMemory, Float } from "./pjrt/mod.ts";
export type { Turns } from "./backend/repeat.ts";
export type { Tree } from "./backend/tree.ts";
export { nativeLines } from "./runtime/native_log.ts";
export {
  type Accelerator,
  type AddOptions,
  addRuntime,
  type Archive,
  canRequest,
  type Choice,
  choosePlugin,
  type CudaDriver,
  damageOf,
  detect,
  type Hardware,
  type Installed,
  listInstalled,
  type MachineFacts,
  type Pip,
  pluginVariable,
  type ReportBytes,
  requestRuntime,
  type Runtime,
  RuntimeError,
  type RuntimeId,
  type RuntimeName,
  runtimes,
  type Wheel,
} from "./runtime/mod.ts";
