/** Threefry4x32-20 and what is drawn from its words, in WGSL. */
import { logarithmCode, turnedCode } from "./accurate_code.ts";
import type { Drawn } from "../random_kernels.ts";

const rotations = [[10, 26], [11, 21], [13, 27], [23, 5], [6, 20], [17, 11], [25, 10], [18, 20]] as const;

/** `threefry(key, counter)`: a block of four words (Salmon et al. 2011, doi:10.1145/2063384.2063405). */
const threefryCode = `
  fn rotated(x : u32, by : u32) -> u32 {
    return (x << by) | (x >> (32u - by));
  }
  fn threefry(key : vec4<u32>, counter : vec4<u32>) -> vec4<u32> {
    let last = 0x1bd11bdau ^ key.x ^ key.y ^ key.z ^ key.w;
    var v = counter + key;
    ${Array.from({ length: 20 }, (_, round) => roundCode(round)).join("\n")}
    return v;
  }`;

function roundCode(round: number): string {
  const [first, second] = rotations[round % 8]!;
  // Even rounds mix neighbours, odd rounds cross over.
  const [p, q] = round % 2 === 0 ? ["y", "w"] : ["w", "y"];
  const mix = `v.x += v.${p}; v.${p} = rotated(v.${p}, ${first}u) ^ v.x; ` +
    `v.z += v.${q}; v.${q} = rotated(v.${q}, ${second}u) ^ v.z;`;
  if (round % 4 !== 3) return mix;
  const injection = (round + 1) / 4;
  const words = ["key.x", "key.y", "key.z", "key.w", "last"];
  const added = [0, 1, 2, 3].map((i) => words[(injection + i) % 5]);
  return `${mix} v += vec4<u32>(${added.join(", ")}); v.w += ${injection}u;`;
}

/** What a block of words becomes: four numbers of the result's type. */
const values: Readonly<Record<Drawn, string>> = {
  bits: `fn drawn(words : vec4<u32>) -> vec4<i32> { return bitcast<vec4<i32>>(words); }`,
  uniform:
    `fn drawn(words : vec4<u32>) -> vec4<f32> { return vec4<f32>(words >> vec4<u32>(8u)) * 5.9604644775390625e-8; }`,
  // Box and Muller 1958: two words are a radius and an angle, which is a whole number of turns / 2^24.
  normal: `
    ${turnedCode}
    ${logarithmCode}
    fn pair(first : u32, second : u32) -> vec2<f32> {
      let radius = sqrt(-2.0 * logarithm(f32((first >> 8u) + 1u) * 5.9604644775390625e-8));
      let turn = second >> 8u;
      let quarter = (turn + 0x200000u) >> 22u;
      let rest = f32(i32(turn) - i32(quarter << 22u)) * ${Math.PI / 2 ** 23};
      return radius * turned(rest, quarter).yx;
    }
    fn drawn(words : vec4<u32>) -> vec4<f32> {
      return vec4<f32>(pair(words.x, words.y), pair(words.z, words.w));
    }`,
};

/** `threefry` and `drawn`. */
export const drawCode = (what: Drawn): string => `${threefryCode}\n${values[what]}`;
