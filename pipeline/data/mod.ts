/**
 * Decoded pictures and the batches cut from them.
 *
 * @module
 */
export { batchCount, batches, chunks } from "./batches.ts";
export { mixOf, ofClass } from "./classes.ts";
export { openPictures } from "./open.ts";
export { sampleOf } from "./sample.ts";
export type { DataDigest, DataRecord, HostBatch, PictureRecord, Pictures, PictureSet } from "./types.ts";
