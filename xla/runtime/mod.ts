/** Where PJRT plugins come from: what this machine could use, what is installed, what is fetched. */
export { type AddOptions, addRuntime } from "./add.ts";
export { type Choice, choosePlugin, pluginVariable, runtimesFor } from "./choose.ts";
export { type Accelerator, detect, type Hardware } from "./detect.ts";
export { RuntimeError } from "./error.ts";
export { findInstalled, listInstalled, removeRuntime, runtimesFolder } from "./installed.ts";
export { cudaToolkitFor, loadLibrariesFor } from "./nvidia.ts";
export { platform, runtimes } from "./table.ts";
export type { Archive, Installed, ReportBytes, Runtime, RuntimeName, Wheel } from "./types.ts";
