/** Decoded pictures and the batches cut from them. */
import type { ImageShape } from "../kinds/common.ts";

/** One split of a dataset, decoded: reading a picture is a copy of bytes. */
export interface PictureSet {
  readonly count: number;
  readonly shape: ImageShape;
  /** Class of each picture, where the dataset has classes. */
  readonly labels?: Int32Array;
  /** Copies picture `index` into `target` at byte `offset`. */
  read(index: number, target: Uint8Array, offset: number): void;
}

/** What is known of a picture besides its pixels. */
export interface PictureRecord {
  readonly name: string;
  /** Hash of its decoded bytes, 16 hexadecimal digits. */
  readonly content: string;
  /** Where the dataset has classes. */
  readonly label?: number | undefined;
}

/** The pictures of both splits, in the order that batches count them in. */
export interface DataRecord {
  readonly train: readonly PictureRecord[];
  readonly validation: readonly PictureRecord[];
}

/**
 * Digests of the pictures and labels of each split, 32 hexadecimal digits: what the bits of a run depend on, and nothing
 * else. Names, places and times of files are not in them.
 */
export interface DataDigest {
  readonly train: string;
  readonly validation: string;
}

/** An opened dataset. */
export interface Pictures extends AsyncDisposable {
  readonly train: PictureSet;
  readonly validation: PictureSet;
  readonly classes?: readonly string[];
  /** True where the validation pictures are those that are trained on. */
  readonly measuresTraining: boolean;
  readonly digest: DataDigest;
  /** What the digest is of, picture by picture. */
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
  readonly label?: Int32Array;
  readonly size: number;
}
