/**
 * Text that comes from outside: printed so that it does no harm, and its odd characters told.
 *
 * Stands alone: it imports nothing but a library for the names of characters, and that when there is one to name.
 *
 * @module
 */
export * from "./characters.ts";
export * from "./visible.ts";
