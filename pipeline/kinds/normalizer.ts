/** Plugin kind `normalizer`: pixels to the values that networks see, and back. */
import type * as tf from "@tensorflow/tfjs";
import type { TensorRecord } from "../../lib/tensor/tree.ts";
import type { ImageShape } from "./common.ts";

/** An affine map per channel. Its statistics are tensors that travel with the checkpoint. */
export interface Normalizer {
  /**
   * Statistics of the training pictures. `pictures` may be read several times, each time yielding all of them in
   * chunks of bytes `[n, height, width, channels]`. Accumulate in float64.
   */
  fit(pictures: () => AsyncIterable<Uint8Array>, shape: ImageShape): Promise<TensorRecord>;
  /** The record `fit` returns, with zeros: what the graph knows before any picture is read. */
  blank(shape: ImageShape): TensorRecord;
  /** Pixels in `[0, 1]`, `[batch, height, width, channels]`, to normalised values. */
  normalize(statistics: TensorRecord, pixels: tf.Tensor4D): tf.Tensor4D;
  /** Normalised values to pixels, clipped to `[0, 1]`. */
  denormalize(statistics: TensorRecord, images: tf.Tensor4D): tf.Tensor4D;
}
