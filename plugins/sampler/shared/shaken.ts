/** A sampler with noise that is added before each step. */
import { type Sampler, splitRow, tf } from "denoise/plugin";

/** Scales the image by `image` and adds noise of standard deviation `fresh` before each step of `sampler`. */
export function shaken(
  sampler: Omit<Sampler, "steps">,
  before: readonly { readonly image: number; readonly fresh: number }[],
): Omit<Sampler, "steps"> {
  return {
    ...sampler,
    stochastic: true,
    plan: () => sampler.plan().map((row, step) => [...row, before[step]!.image, before[step]!.fresh]),
    step(state, row, tools) {
      const [lift, shake] = splitRow(tf.slice(row, row.size - 2, 2), 2);
      const drawn = tools.random.fork("before").normal(state.image.shape.slice(1));
      const image = tf.add<tf.Tensor4D>(tf.mul(lift, state.image), tf.mul(shake, drawn));
      return sampler.step({ ...state, image }, tf.slice(row, 0, row.size - 2), tools);
    },
  };
}
