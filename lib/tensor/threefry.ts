/** Threefry4x32-20, the counter-based random function that every random draw comes from. */

// Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", section 4.2 and table 2 (the rotations).
// Rounds alternate between mixing words (0,1)(2,3) and (0,3)(2,1); after every fourth a key word is added to each.

/**
 * Fills `out` with random words: word `w` of block `b` is `out[offset + 4 * b + w]`.
 *
 * The key is (`k0`, `k1`, `k2`, `k3`), the counter (`item`, block, 0, 0): all 32-bit integers, sign irrelevant.
 *
 * @param count words to write; a block that is needed in part is cut off
 */
export function threefryBlocks(
  out: Int32Array,
  offset: number,
  count: number,
  k0: number,
  k1: number,
  k2: number,
  k3: number,
  item: number,
): void {
  const k4 = 0x1bd11bda ^ k0 ^ k1 ^ k2 ^ k3;
  const whole = count & ~3;
  for (let e = 0; e < count; e += 4) {
    let a = (item + k0) | 0;
    let b = ((e >>> 2) + k1) | 0;
    let c = k2 | 0;
    let d = k3 | 0;
    // The four words of the key schedule that come next; they move by one place at each injection.
    let s0 = k1, s1 = k2, s2 = k3, s3 = k4, s4 = k0;
    for (let injection = 1; injection <= 5; injection++) {
      if ((injection & 1) === 1) {
        a = (a + b) | 0, b = ((b << 10) | (b >>> 22)) ^ a, c = (c + d) | 0, d = ((d << 26) | (d >>> 6)) ^ c;
        a = (a + d) | 0, d = ((d << 11) | (d >>> 21)) ^ a, c = (c + b) | 0, b = ((b << 21) | (b >>> 11)) ^ c;
        a = (a + b) | 0, b = ((b << 13) | (b >>> 19)) ^ a, c = (c + d) | 0, d = ((d << 27) | (d >>> 5)) ^ c;
        a = (a + d) | 0, d = ((d << 23) | (d >>> 9)) ^ a, c = (c + b) | 0, b = ((b << 5) | (b >>> 27)) ^ c;
      } else {
        a = (a + b) | 0, b = ((b << 6) | (b >>> 26)) ^ a, c = (c + d) | 0, d = ((d << 20) | (d >>> 12)) ^ c;
        a = (a + d) | 0, d = ((d << 17) | (d >>> 15)) ^ a, c = (c + b) | 0, b = ((b << 11) | (b >>> 21)) ^ c;
        a = (a + b) | 0, b = ((b << 25) | (b >>> 7)) ^ a, c = (c + d) | 0, d = ((d << 10) | (d >>> 22)) ^ c;
        a = (a + d) | 0, d = ((d << 18) | (d >>> 14)) ^ a, c = (c + b) | 0, b = ((b << 20) | (b >>> 12)) ^ c;
      }
      a = (a + s0) | 0, b = (b + s1) | 0, c = (c + s2) | 0, d = (d + s3 + injection) | 0;
      const first = s0;
      s0 = s1, s1 = s2, s2 = s3, s3 = s4, s4 = first;
    }
    const at = offset + e;
    out[at] = a;
    if (e < whole || count - e > 1) out[at + 1] = b;
    if (e < whole || count - e > 2) out[at + 2] = c;
    if (e < whole) out[at + 3] = d;
  }
}

/** One block with the whole counter free, for known-answer tests and host code. Four unsigned words. */
export function threefry4x32(
  counter: readonly [number, number, number, number],
  key: readonly [number, number, number, number],
): [number, number, number, number] {
  const rotations = [[10, 26], [11, 21], [13, 27], [23, 5], [6, 20], [17, 11], [25, 10], [18, 20]] as const;
  const schedule = [...key, 0x1bd11bda ^ key[0] ^ key[1] ^ key[2] ^ key[3]];
  const x = counter.map((word, i) => (word + key[i]!) | 0) as [number, number, number, number];
  for (let round = 0; round < 20; round++) {
    const pairs = round % 2 === 0 ? [[0, 1], [2, 3]] as const : [[0, 3], [2, 1]] as const;
    pairs.forEach(([to, from], pair) => {
      const rotation = rotations[round % 8]![pair]!;
      x[to] = (x[to] + x[from]) | 0;
      x[from] = ((x[from] << rotation) | (x[from] >>> (32 - rotation))) ^ x[to];
    });
    if (round % 4 !== 3) continue;
    const injection = (round + 1) / 4;
    for (let i = 0; i < 4; i++) x[i] = (x[i]! + schedule[(injection + i) % 5]! + (i === 3 ? injection : 0)) | 0;
  }
  return x.map((word) => word >>> 0) as [number, number, number, number];
}
