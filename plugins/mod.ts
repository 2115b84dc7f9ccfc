/**
 * The built-in plugins: plugins/<kind>/<name>.ts, one plugin a file. Each imports `denoise/plugin`, libraries and files of its own folder.
 *
 * @module
 */
export { defaults } from "./defaults.ts";
export { manifest } from "./manifest.ts";
export type { BuiltinPlugins } from "./types.ts";
