/**
 * Files that appear whole or not at all, the user's folders for cache and state, downloads that resume and are checked,
 * HDF5, and what may be wrong with a path.
 *
 * Stands alone: it imports nothing but Node's and Deno's own APIs, and a library for HDF5 when there is a file to read.
 *
 * @module
 */
export * from "./download.ts";
export * from "./download_error.ts";
export * from "./exists.ts";
export * from "./explained.ts";
export * from "./hash.ts";
export * from "./hdf5.ts";
export * from "./keras.ts";
export * from "./path_hints.ts";
export * from "./refusal.ts";
export * from "./scratch.ts";
export * from "./user_folders.ts";
export * from "./whole.ts";
