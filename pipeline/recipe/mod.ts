/**
 * Recipes: YAML files to checked recipes, with every problem at its line, and back.
 *
 * @module
 */
export { type ReadOptions, readRecipe } from "./read.ts";
export type * from "./types.ts";
