/**
 * Decoded pictures and the batches cut from them.
 *
 * @module
 */
export { batchCount, batches, type BatchOptions, chunks } from "./batches.ts";
export { openPictures, type OpenPicturesOptions } from "./open.ts";
export type { Progress } from "./progress.ts";
export type { HostBatch, Pictures, PictureSet } from "./types.ts";
