/** Laws of normalizers. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import type { TensorRecord } from "../../lib/tensor/tree.ts";
import type { ImageShape } from "../kinds/common.ts";
import { assertFinite, assertTreesClose, compiled, type Laws, randomPictures, shapesOf } from "./laws.ts";
import type { Normalizer } from "../kinds/normalizer.ts";

const count = 6;

/** Bytes of pictures whose channels differ. */
function bytes(image: ImageShape): Uint8Array {
  const levels = tf.linspace(0.5, 1, image.channels);
  return Uint8Array.from(
    tf.mul(randomPictures("bytes", count, image), levels).dataSync(),
    (value) => Math.round(255 * value),
  );
}

/** Fits to the bytes, handed over in this many pieces. */
function fit(normalizer: Normalizer, image: ImageShape, pieces: number): Promise<TensorRecord> {
  const all = bytes(image);
  const length = all.length / pieces;
  return normalizer.fit(async function* () {
    for (let i = 0; i < pieces; i++) yield await Promise.resolve(all.slice(i * length, (i + 1) * length));
  }, image);
}

export const normalizerLaws: Laws<"normalizer"> = {
  "fits statistics of the names and shapes that it announces": async ({ create, image }) => {
    const normalizer = await create();
    const statistics = await fit(normalizer, image, 1);
    assert.deepEqual(shapesOf(statistics), shapesOf(normalizer.blank(image)));
    assertFinite(statistics, "statistics");
  },
  "fits the same to pictures in one piece and in several": async ({ create, image }) => {
    const normalizer = await create();
    assertTreesClose(await fit(normalizer, image, 3), await fit(normalizer, image, 1), 0, "statistics");
  },
  "gives pixels back": async ({ create, image }) => {
    const normalizer = await create();
    const statistics = await fit(normalizer, image, 1);
    const pixels = randomPictures("pixels", 2, image);
    const back = await compiled(
      (statistics: TensorRecord, pixels) =>
        normalizer.denormalize(statistics, normalizer.normalize(statistics, pixels as tf.Tensor4D)),
      statistics,
      pixels,
    );
    assertTreesClose(back, pixels, 1e-5, "pixels after both ways");
  },
  "is a rising straight line": async ({ create, image }) => {
    const normalizer = await create();
    const statistics = await fit(normalizer, image, 1);
    const at = (value: number) => normalizer.normalize(statistics, tf.fill([1, 1, 1, image.channels], value));
    assertTreesClose(at(0.5), tf.div(tf.add(at(0), at(1)), 2), 1e-4, "grey, and the middle of black and white");
    assert.ok(tf.min(tf.sub(at(1), at(0))).dataSync()[0]! > 0, "white is above black");
  },
  "clips what lies beyond black and white": async ({ create, image }) => {
    const normalizer = await create();
    const statistics = await fit(normalizer, image, 1);
    const far = normalizer.denormalize(
      statistics,
      tf.tensor4d([-1e3, 1e3], [2, 1, 1, 1]).tile([1, 1, 1, image.channels]),
    );
    const ends = tf.tensor4d([0, 1], [2, 1, 1, 1]).tile([1, 1, 1, image.channels]);
    assertTreesClose(far, ends, 0, "pixels of extreme values");
  },
};
