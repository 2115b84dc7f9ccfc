/**
 * Messages for programs around the library: each function gives a problem to throw in a `DenoiseError`, or lines for one.
 *
 * @module
 */
export { oddWords } from "../odd.ts";
export { permissionMissing } from "./permission.ts";
export { pictureFormat, pictureUnknown } from "./pictures.ts";
export { jsonFile, outputShared } from "./output.ts";
export { noPluginToShow } from "./plugins.ts";
export { pathUnexpanded } from "./run.ts";
export { runtimeFailed, runtimeUnknown } from "./runtime.ts";
export type { Message } from "./text.ts";
