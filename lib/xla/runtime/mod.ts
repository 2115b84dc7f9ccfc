/** Where PJRT plugins come from: what this machine could use, what is installed, what is fetched. */
export { type AddOptions, addRuntime } from "./add.ts";
export { type Choice, choosePlugin, pluginVariable, runtimesFor } from "./choose.ts";
export type { CudaDriver } from "./cuda_driver.ts";
export { type Accelerator, detect, type Hardware, type MachineFacts } from "./detect.ts";
export { canRequest, requestRuntime } from "./request.ts";
export { RuntimeError } from "./error.ts";
export { damageOf, listInstalled, removeRuntime, type RuntimeId } from "./installed.ts";
export { platform, runtimes } from "./table.ts";
export type { Pip } from "./pip.ts";
export type { Archive, Installed, ReportBytes, Runtime, RuntimeName, Wheel } from "./types.ts";
