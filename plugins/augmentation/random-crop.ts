/** Augmentation that cuts a square out of each picture, at a place of its own. */
import { plugin, refuse, tf, z } from "denoise/plugin";

export default plugin({
  kind: "augmentation",
  name: "random-crop",
  summary: "Cuts each picture at a random place; the middle when not training",
  prefer:
    "For pictures whose subject may be anywhere in them: cut from larger ones, or shifted by padding. Not where " +
    "the subject has to stay whole",
  source: "Krizhevsky, Sutskever and Hinton 2012, ImageNet classification with deep convolutional neural networks, " +
    "section 4.1",
  options: z.object({
    size: z.int().min(1).max(16_384).optional().describe(
      "side of the crop, in pixels; default: the size of the pictures",
    ),
    padding: z.int().min(0).max(16_384).default(0).describe("pixels added on each side before cropping"),
    pad: z.enum(["reflect", "zero"]).default("reflect").describe(
      "what to pad with: the picture mirrored at its edge (which is not repeated), or black",
    ),
  }),
  create({ options }) {
    const { padding, pad } = options;
    return {
      shape({ height, width, channels }) {
        const side = Math.min(height, width);
        const fits = side + 2 * padding;
        if (options.size !== undefined && options.size > fits) {
          refuse({
            option: "size",
            what: `Cannot cut ${options.size}×${options.size} pixels out of ${height}×${width} with padding ${padding}`,
            fix: `use size: ${fits} or less, or padding: ${Math.ceil((options.size - side) / 2)} or more`,
          });
        }
        if (pad === "reflect" && padding >= side) {
          refuse({
            option: "padding",
            what: `Cannot mirror ${padding} pixels at the edge of pictures of ${height}×${width}`,
            fix: `use padding: ${side - 1} or less, or pad: zero`,
          });
        }
        return { height: options.size ?? height, width: options.size ?? width, channels };
      },
      apply(images, { random, training }) {
        const [batch, height, width, channels] = images.shape;
        const tall = options.size ?? height;
        const wide = options.size ?? width;
        if (padding === 0 && tall === height && wide === width) return images;
        const draws = training ? random.uniform([2]) : undefined;
        const rows = cutAxis(draws && tf.slice(draws, [0, 0], [batch, 1]), batch, height, tall);
        const columns = cutAxis(draws && tf.slice(draws, [0, 1], [batch, 1]), batch, width, wide);
        // One gather of pixels. (By rows and columns with batchDims it would be two, and wasm reads out of bounds there.)
        const first = tf.mul(tf.range(0, batch, 1, "int32"), tf.scalar(height, "int32"));
        const row = tf.add(tf.reshape(first, [batch, 1, 1]), tf.reshape(rows.index, [batch, tall, 1]));
        const pixel = tf.add(tf.mul(row, tf.scalar(width, "int32")), tf.reshape(columns.index, [batch, 1, wide]));
        const pixels: tf.Tensor = tf.reshape(images, [-1, channels]);
        const cut = tf.gather(pixels, pixel as tf.Tensor3D) as tf.Tensor4D;
        if (pad === "reflect" || padding === 0) return cut;
        const within = tf.mul(
          tf.reshape(rows.within, [batch, tall, 1, 1]),
          tf.reshape(columns.within, [batch, 1, wide, 1]),
        );
        return tf.mul(cut, within);
      },
    };

    /**
     * Which of `from` rows (or columns) the `to` rows of each cut show: int32 `[batch, to]`, with 1 where a row lies within
     * the picture and 0 in the padding. The padded picture is never made.
     *
     * @param draws uniform `[batch, 1]`; the middle without
     */
    function cutAxis(draws: tf.Tensor | undefined, batch: number, from: number, to: number) {
      const places = from + 2 * padding - to + 1;
      const offset = draws
        ? tf.cast(tf.floor(tf.mul(draws, places)), "int32")
        : tf.fill([batch, 1], Math.floor((places - 1) / 2), "int32");
      const at = tf.add(offset, tf.range(-padding, to - padding, 1, "int32"));
      const last = tf.scalar(from - 1, "int32");
      const mirrored = tf.sub(last, tf.abs(tf.sub(last, tf.abs(at))));
      const within = tf.logicalAnd(tf.greaterEqual(at, tf.scalar(0, "int32")), tf.lessEqual(at, last));
      // Black padding may reach further than one mirror image: those rows are masked, their index only has to exist.
      const index = tf.maximum(mirrored, tf.scalar(0, "int32"));
      return { index: tf.cast(index, "int32"), within: tf.cast(within, "float32") };
    }
  },
});
