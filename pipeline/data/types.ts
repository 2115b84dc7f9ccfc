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

/** An opened dataset. */
export interface Pictures extends AsyncDisposable {
  readonly train: PictureSet;
  readonly validation: PictureSet;
  readonly classes?: readonly string[];
  /** True where the validation pictures are those that are trained on. */
  readonly measuresTraining: boolean;
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
