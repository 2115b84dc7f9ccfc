/**
 * Every message of the pipeline to its users: functions that return a code, a text and help.
 *
 * One file an area under `messages/`, in alphabetical order of code; places and code frames are added elsewhere.
 * `messages/rules_test.ts` holds the rules of wording.
 *
 * @module
 */
export * from "./messages/file.ts";
export * from "./messages/recipe.ts";
export type { Text } from "./messages/text.ts";
