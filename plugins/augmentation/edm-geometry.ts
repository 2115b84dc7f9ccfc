/** Augmentation of EDM: flips, scales, turns, stretches and shifts pictures, and tells the network. */
import { plugin, type Random, tf, z } from "denoise/plugin";
import { inverseOf, numbersOf } from "./shared/affine.ts";
import { type Affine, warp } from "./shared/warp.ts";

const half = 0.5; // of all pictures, where a flip is drawn

export default plugin({
  kind: "augmentation",
  name: "edm-geometry",
  summary:
    "EDM's non-leaking augmentation: flips, scales, turns, stretches and shifts pictures, and tells the network " +
    "by how much, so that generated pictures show none of it",
  prefer: "For few pictures and long training, where a network would memorise them; those that are built in are told",
  source: "Karras et al. 2022, arXiv:2206.00364, appendix F.2; Karras et al. 2020, arXiv:2006.06676, appendix B",
  options: z.object({
    probability: z.number().min(0).max(1).default(0.12).describe(
      "chance of each change, drawn for each by itself; not of horizontal_flip, which mirrors half of the pictures",
    ),
    horizontal_flip: z.boolean().default(true).describe("mirrors half of the pictures left to right"),
    vertical_flip: z.boolean().default(true).describe(
      "mirrors half of the pictures that it is drawn for top to bottom",
    ),
    scale: z.number().min(0).max(2).default(0.2).describe(
      "standard deviation of the scale, in powers of two; 0: sizes stay",
    ),
    rotation: z.number().min(0).max(180).default(180).describe("largest angle either way, in degrees"),
    anisotropy: z.number().min(0).max(2).default(0.2).describe(
      "standard deviation of stretching one axis and shrinking the other, in powers of two",
    ),
    translation: z.number().min(0).max(1).default(0.125).describe(
      "standard deviation of shifts, as a part of height and width",
    ),
  }),
  create({ options }) {
    const numbers = [
      options.horizontal_flip ? 1 : 0,
      options.vertical_flip ? 1 : 0,
      options.scale > 0 ? 1 : 0,
      options.rotation > 0 ? 2 : 0,
      options.anisotropy > 0 ? 2 : 0,
      options.translation > 0 ? 2 : 0,
    ].reduce((sum, one) => sum + one, 0);

    return {
      shape: (input) => input,
      apply(images, { random, training }) {
        if (!training || numbers === 0) return images;
        const { mirrored, upended, geometry, moved } = drawn(random);
        const each = (yes: tf.Tensor) => tf.reshape(tf.cast(yes, "bool"), [-1, 1, 1, 1]);
        let seen = images;
        if (mirrored !== undefined) seen = tf.where(each(mirrored), tf.reverse(seen, 2), seen);
        if (upended !== undefined) seen = tf.where(each(upended), tf.reverse(seen, 1), seen);
        if (moved === undefined) return seen;
        const [, height, width] = images.shape;
        const warped = tf.clipByValue(warp(seen, geometry({ height, width })), 0, 1);
        return tf.where(each(moved), warped, seen); // bit for bit as it was, where nothing is drawn
      },
      ...(numbers === 0 ? {} : { tells: { numbers, of: (random) => drawn(random).told } }),
    };

    /** What is done to each picture: draws `[batch]` each, zero where it is not done. */
    function drawn(random: Random) {
      const sometimes = <T extends tf.Tensor>(name: string, values: T): T => {
        const chosen = tf.less(random.fork(`${name} chosen`).uniform([]), options.probability);
        return tf.mul(values, tf.cast(chosen, "float32"));
      };
      const coin = (name: string) => tf.cast(tf.less(random.fork(name).uniform([]), half), "float32");
      const angle = (name: string, largest: number) => tf.mul(tf.sub(random.fork(name).uniform([]), half), 2 * largest);

      const mirrored = options.horizontal_flip ? coin("horizontal flip") : undefined;
      const upended = options.vertical_flip ? sometimes("vertical flip", coin("vertical flip")) : undefined;
      const scale = options.scale > 0 ? sometimes("scale", random.fork("scale").normal([])) : undefined;
      const turn = options.rotation > 0
        ? sometimes("rotation", angle("rotation", options.rotation * Math.PI / 180))
        : undefined;
      const stretch = options.anisotropy > 0
        ? sometimes("anisotropy", random.fork("anisotropy").normal([]))
        : undefined;
      // Along the sides of the picture for one half, along any line for the other.
      const line = tf.mul(angle("anisotropy line", Math.PI), coin("anisotropy turned"));
      const [right, down] = options.translation > 0
        ? ["right", "down"].map((way) => sometimes("translation", random.fork(way).normal([])))
        : [];
      const moves = numbersOf({
        ...(scale && { scale }),
        ...(turn && { turn }),
        ...(stretch && { stretch, line }),
        ...(right && down && { right, down }),
      });
      const flips = [mirrored, upended].filter((flip) => flip !== undefined);
      return {
        mirrored,
        upended,
        told: tf.stack([...flips, ...moves], 1) as tf.Tensor2D,
        moved: moves.length === 0 ? undefined : tf.any(tf.notEqual(tf.stack(moves, 1), 0), 1),
        geometry: ({ height, width }: { height: number; width: number }): Affine => {
          const none = tf.zerosLike(line);
          const times = (draws: tf.Tensor | undefined, strength: number) => tf.mul(draws ?? none, strength);
          return inverseOf({
            scale: times(scale, options.scale),
            turn: turn ?? none,
            stretch: times(stretch, options.anisotropy),
            line,
            right: times(right, options.translation * width),
            down: times(down, options.translation * height),
          });
        },
      };
    }
  },
});
