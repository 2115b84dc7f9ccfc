/**
 * Every message of the pipeline to its users: functions that return a code, a text and help.
 *
 * One file an area under `messages/`; places and code frames are added elsewhere. `messages/rules.ts` has the rules of
 * wording.
 *
 * @module
 */
export * from "./messages/behind.ts";
export * from "./messages/data.ts";
export * from "./messages/file.ts";
export * from "./messages/graph.ts";
export * from "./messages/interchange.ts";
export * from "./messages/permission.ts";
export * from "./messages/pictures.ts";
export * from "./messages/plugins.ts";
export * from "./messages/recipe.ts";
export * from "./messages/run.ts";
export * from "./messages/sweep.ts";
export * from "./messages/trust.ts";
export type { Text } from "./messages/text.ts";
