/**
 * Plugins: where they are found, what is wrong with one, what one says of itself, and how to begin one.
 *
 * @module
 */
export { listPlugins, showPlugin } from "./show.ts";
export { scaffold, scaffoldKinds, scaffoldText } from "./scaffold.ts";
