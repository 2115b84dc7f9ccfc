/** Where PJRT plugins come from: what this machine could use, what is installed, what is fetched. */
export { type AddOptions, addRuntime } from "./add.ts";
export { type Choice, choosePlugin, pluginVariable, runtimesFor } from "./choose.ts";
export { detect, type Hardware } from "./detect.ts";
export { canRequest, requestRuntime } from "./request.ts";
export { RuntimeError } from "./error.ts";
export { damageOf, listInstalled, removeRuntime } from "./installed.ts";
export { platform, runtimes } from "./table.ts";
export type { Installed, Runtime, RuntimeName } from "./types.ts";
