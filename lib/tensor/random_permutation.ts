/** A random order on the host, from the same random function as the draws on the device. */
import { drawBits } from "./random_kernels.ts";
import { seedWords, streamId } from "./random_create.ts";

/**
 * A random order of `0 … n - 1`, every order equally likely (Fisher and Yates; words beyond the last whole multiple are
 * drawn again). A function of its arguments alone.
 *
 * @param key.seed integer from 0 to 2^53 - 1
 * @param key.step such as the epoch
 */
export function permutation(
  n: number,
  key: { readonly seed: number; readonly stream: string | number; readonly step: number },
): Int32Array {
  const seed = seedWords(key.seed);
  const stream = streamId(key.stream);
  let words: Int32Array = new Int32Array(0);
  let next = 0;
  let item = 0;
  const below = (limit: number) => {
    const whole = 2 ** 32 - (2 ** 32 % limit);
    while (true) {
      if (next === words.length) words = drawBits(seed, stream, key.step, [item++], 1024), next = 0;
      const word = words[next++]! >>> 0;
      if (word < whole) return word % limit;
    }
  };
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = below(i + 1);
    const swapped = order[i]!;
    order[i] = order[j]!;
    order[j] = swapped;
  }
  return order;
}
