/** Generated images as pictures on the host. */
import * as tf from "@tensorflow/tfjs";
import type { Picture } from "../../lib/image/mod.ts";

/** Bytes of images in `[0, 1]`, `[n, height, width, channels]`. Frees them. Grey ones become red, green and blue. */
export async function toPictures(images: tf.Tensor4D): Promise<Picture[]> {
  const [count, height, width, channels] = images.shape;
  const rounded = tf.tidy(() => tf.cast(tf.round(tf.mul(images, 255)), "int32"));
  images.dispose();
  const values = await rounded.data();
  rounded.dispose();
  return Array.from({ length: count }, (_, i) => {
    const data = new Uint8Array(height * width * 3);
    for (let pixel = 0; pixel < height * width; pixel++) {
      for (let c = 0; c < 3; c++) {
        data[pixel * 3 + c] = values[(i * height * width + pixel) * channels + Math.min(c, channels - 1)]!;
      }
    }
    return { width, height, data };
  });
}
