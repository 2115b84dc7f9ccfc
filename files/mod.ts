/**
 * Files that appear whole or not at all, the user's cache folder, and downloads that resume and are checked.
 *
 * Stands alone: it imports nothing but Node's and Deno's own APIs.
 *
 * @module
 */
export * from "./cache.ts";
export * from "./download.ts";
export * from "./hash.ts";
export * from "./whole.ts";
