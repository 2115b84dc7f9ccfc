/** Schedule `cosine-shifted`: the cosine schedule of smaller pictures, for larger ones. */
import { plugin, ratesOf, tf, z } from "denoise/plugin";
import { endOptions, endsFall } from "./shared/ends.ts";

export default plugin({
  kind: "schedule",
  name: "cosine-shifted",
  summary: "The cosine schedule as it looks on smaller pictures, for larger ones, whose pixels hide less of the noise",
  prefer: "For pictures of more than 64 pixels, trained from scratch; cosine with lower ends does much the same",
  source: "Hoogeboom et al. 2023, arXiv:2301.11093, eq. 4 and 5 (simple diffusion)",
  options: z.object({
    ...endOptions.shape,
    image_size: z.number().positive().default(64).describe("side of the pictures, in pixels"),
    noise_size: z.number().positive().default(32).describe("side of the pictures whose noise they shall have"),
    noise_size_end: z.number().positive().optional().describe(
      "the same at time 1, where it differs: shifts between the two, evenly with time; default: noise_size",
    ),
  }).superRefine(endsFall),
  create({ options: { start_log_snr, end_log_snr, image_size, noise_size, noise_size_end = noise_size } }) {
    // Log-SNRs of a cosine schedule between ends that are shifted back, so that the ends are those that are asked for.
    const [first, second] = [noise_size, noise_size_end].map((size) => {
      const shift = 2 * Math.log(size / image_size);
      // Angles from either end: each keeps its digits where it is small.
      const from = Math.atan(Math.exp((shift - start_log_snr) / 2)),
        rest = Math.atan(Math.exp((end_log_snr - shift) / 2));
      return { shift, from, rest, turn: Math.PI / 2 - from - rest };
    }) as [Shifted, Shifted];
    const at = ({ shift, from, rest, turn }: Shifted, time: number) =>
      shift + 2 * Math.log(Math.sin(rest + (1 - time) * turn) / Math.sin(from + time * turn));
    const onDevice = ({ shift, from, rest, turn }: Shifted, time: tf.Tensor) => {
      const signal = tf.sin(tf.add(rest, tf.mul(tf.sub(1, time), turn)));
      return tf.add(shift, tf.mul(2, tf.log(tf.div(signal, tf.sin(tf.add(from, tf.mul(time, turn)))))));
    };
    return {
      logSnr: (time) => at(first, time) * (1 - time) + at(second, time) * time,
      rates: (time) => {
        const [a, b] = [onDevice(first, time), onDevice(second, time)];
        return ratesOf(tf.add(a, tf.mul(time, tf.sub(b, a))));
      },
    };
  },
});
type Shifted = { readonly [name in "shift" | "from" | "rest" | "turn"]: number };
