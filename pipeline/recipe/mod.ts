/**
 * Recipes: YAML files to checked recipes, with every problem at its line, and back to text.
 *
 * @module
 */
export { explain } from "./explain.ts";
export { readRecipe } from "./read.ts";
export { jsonSchema } from "./schema.ts";
export type * from "./types.ts";
export { differences, toYaml } from "./write.ts";
