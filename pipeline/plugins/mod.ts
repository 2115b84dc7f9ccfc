/**
 * Plugins: where they are found, what is wrong with one, what one says of itself, and how to begin one.
 *
 * @module
 */
export { loadPluginFile, pluginFile } from "./load_file.ts";
export { createRegistry, everyName, type Manifest } from "./registry.ts";
export { findPlugin, listPlugins, showPlugin } from "./show.ts";
export { type NewFile, scaffold, scaffoldKinds, scaffoldText } from "./scaffold.ts";
