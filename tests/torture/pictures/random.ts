/** Numbers that are a function of a seed and a trial. */

/** A stream of whole numbers from 0 to below a limit (splitmix32). */
export function randomOf(seed: number, trial: number): (limit: number) => number {
  let state = Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul(trial + 1, 0x85ebca6b);
  return (limit) => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) % limit;
  };
}
