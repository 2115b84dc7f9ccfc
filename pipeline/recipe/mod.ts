/**
 * Recipes: YAML files to checked recipes, with every problem at its line, and back to text.
 *
 * @module
 */
export { describe, describeOne, inputSchema, type JsonSchema } from "./describe.ts";
export { explain } from "./explain.ts";
export { type ReadOptions, readRecipe } from "./read.ts";
export { jsonSchema, modeline } from "./schema.ts";
export { trainSchema } from "./train.ts";
export type * from "./types.ts";
export { differences, toYaml } from "./write.ts";
