/** Laws of augmentations. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { assertTreesClose, compiled, draws, forbidden, type Laws, randomPictures } from "./laws.ts";

export const augmentationLaws: Laws<"augmentation"> = {
  "returns pictures of the shape that it announces": async ({ create, image }) => {
    const augmentation = await create();
    const { height, width, channels } = augmentation.shape(image);
    for (const training of [true, false]) {
      const random = draws([0, 1, 2]);
      const result = await compiled(
        (images) => augmentation.apply(images as tf.Tensor4D, { random, training }),
        randomPictures("pictures", 3, image),
      );
      assert.deepEqual(result.shape, [3, height, width, channels]);
      const [least, most] = [tf.min(result).dataSync()[0]!, tf.max(result).dataSync()[0]!];
      assert.ok(least >= 0 && most <= 1, `pixels stay in 0 to 1: ${least} to ${most}`);
    }
  },
  "does to a picture what its draws say, whatever batch it is in": async ({ create, image }) => {
    const augmentation = await create();
    const images = randomPictures("pictures", 8, image);
    const apply = (images: tf.Tensor4D, items: readonly number[]) =>
      augmentation.apply(images, { random: draws(items), training: true });
    const items = [3, 1, 4, 15, 9, 2, 6, 5];
    const all = apply(images, items);
    assertTreesClose(apply(images, items), all, 0, "pictures of a second time");
    for (const [i, item] of items.entries()) {
      assertTreesClose(apply(tf.slice(images, i, 1), [item]), tf.slice(all, i, 1), 5e-6, `picture ${i} alone`);
    }
  },
  "tells of each picture as many numbers as it says, all zero where it leaves it as it is": async (
    { create, image },
  ) => {
    const augmentation = await create();
    const { tells } = augmentation;
    if (tells === undefined) return;
    const images = randomPictures("pictures", 64, image);
    const items = Array.from({ length: 64 }, (_, i) => 7 * i);
    const changed = augmentation.apply(images, { random: draws(items), training: true });
    const told = tells.of(draws(items));
    assert.deepEqual(told.shape, [64, tells.numbers]);
    const most = (tensor: tf.Tensor) => Array.from(tf.max(tf.reshape(tf.abs(tensor), [64, -1]), 1).dataSync());
    const [differs, says] = [most(tf.sub(changed, images)), most(told)];
    for (const [i, item] of items.entries()) {
      assert.equal(
        differs[i]! > 0,
        says[i]! > 0,
        `picture ${item} differs by ${differs[i]}, and is told by ${says[i]}`,
      );
    }
    assert.ok(says.some((value) => value > 0), "some pictures are changed");
    assertTreesClose(tells.of(draws(items.slice(5, 6))), tf.slice(told, [5, 0], [1, -1]), 1e-6, "what is told of one");
  },
  "draws nothing where there is no training": async ({ create, image }) => {
    const augmentation = await create();
    const images = randomPictures("pictures", 3, image);
    const apply = () => augmentation.apply(images, { random: forbidden, training: false });
    assertTreesClose(apply(), apply(), 0, "pictures of a second time");
  },
};
