/** Decoded pictures and the batches cut from them. */
import type { ImageShape } from "../kinds/common.ts";

/** One split of a dataset, decoded: reading a picture is a copy of bytes. */
export interface PictureSet {
  /** Pictures in it. */
  readonly count: number;
  /** Size of each picture. */
  readonly shape: ImageShape;
  /** Class of each picture, where the dataset has classes. */
  readonly labels?: Int32Array;
  /**
   * What each picture counts as, in place of its place: in a part of a set, its place in the whole. So it gets the same
   * draws in both. Of sets to measure on alone.
   */
  readonly items?: Int32Array;
  /** Copies picture `index` into `target` at byte `offset`. */
  read(index: number, target: Uint8Array, offset: number): void;
}

/** What is known of a picture besides its pixels. */
export interface PictureRecord {
  /** As the dataset names it, such as the path of its file. */
  readonly name: string;
  /** Hash of its decoded bytes, 16 hexadecimal digits. */
  readonly content: string;
  /** Where the dataset has classes. */
  readonly label?: number | undefined;
}

/** The pictures of both splits, in the order that batches count them in. */
export interface DataRecord {
  /** Pictures to train on. */
  readonly train: readonly PictureRecord[];
  /** Pictures to measure on. */
  readonly validation: readonly PictureRecord[];
}

/**
 * Digests of the pictures and labels of each split, 32 hexadecimal digits: what the bits of a run depend on, and nothing
 * else. Names, places and times of files are not in them.
 */
export interface DataDigest {
  /** Of the pictures to train on. */
  readonly train: string;
  /** Of the pictures to measure on. */
  readonly validation: string;
}

/** An opened dataset. */
export interface Pictures extends AsyncDisposable {
  /** Pictures to train on. */
  readonly train: PictureSet;
  /** Pictures to measure on. */
  readonly validation: PictureSet;
  /** Names of the classes, in the order of the labels, where there are any. */
  readonly classes?: readonly string[];
  /** True where the validation pictures are those that are trained on. */
  readonly measuresTraining: boolean;
  /** Identifies the pictures of both splits. */
  readonly digest: DataDigest;
  /** What the digest sums up, picture by picture. */
  record(): DataRecord;
  /** Pictures that could not be decoded: name and reason. */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

/** A batch on the host. */
export interface HostBatch {
  /** Bytes `[size, height, width, channels]`. */
  readonly image: Uint8Array;
  /** Unique within an epoch: `repeat * count + index`. The key of random draws for this picture. */
  readonly item: Int32Array;
  /** Class of each picture, `[size]`, where the dataset has classes. */
  readonly label?: Int32Array;
  /** Pictures in the batch. */
  readonly size: number;
}
