/** ICC profiles for tests, built from their numbers, and what colours they mean. */

/** A profile of an RGB space: a matrix and one curve. */
export interface RgbSpace {
  /** XYZ of red, green and blue, adapted to D50. */
  readonly primaries: readonly (readonly [number, number, number])[];
  /** Exponent of the curve, or the curve of sRGB. */
  readonly gamma: number | "srgb";
}

/** Spaces that photo editors and telephones write. The exponents are what an ICC file can hold exactly (n/256). */
export const rgbSpaces = {
  srgb: {
    primaries: [[0.4360747, 0.2225045, 0.0139322], [0.3850649, 0.7168786, 0.0971045], [
      0.1430804,
      0.0606169,
      0.7141733,
    ]],
    gamma: "srgb",
  },
  adobe: {
    primaries: [[0.6097559, 0.3111242, 0.0194811], [0.2052401, 0.625656, 0.0608902], [0.149224, 0.0632197, 0.7448387]],
    gamma: 563 / 256,
  },
  displayP3: {
    primaries: [[0.5151, 0.2412, -0.0011], [0.2919, 0.6922, 0.0419], [0.1572, 0.0666, 0.7841]],
    gamma: "srgb",
  },
  prophoto: {
    primaries: [[0.7976749, 0.2880402, 0], [0.1351917, 0.7118741, 0], [0.0313534, 0.0000857, 0.82521]],
    gamma: 461 / 256,
  },
  linear: {
    primaries: [[0.4360747, 0.2225045, 0.0139322], [0.3850649, 0.7168786, 0.0971045], [
      0.1430804,
      0.0606169,
      0.7141733,
    ]],
    gamma: 1,
  },
} as const satisfies Record<string, RgbSpace>;

const d50 = [0.9642, 1, 0.8249] as const;

/** Light, 0–1, of a value of sRGB, 0–1. */
function srgbToLight(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

function lightToSrgb(light: number): number {
  const value = light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055;
  return Math.min(1, Math.max(0, value));
}

const toLight = (value: number, gamma: RgbSpace["gamma"]) => gamma === "srgb" ? srgbToLight(value) : value ** gamma;

/** Light of red, green and blue of sRGB, of XYZ relative to D50. */
function xyzToLight([x, y, z]: readonly number[]): number[] {
  // Inverse of the matrix of sRGB above.
  return [
    3.1338561 * x! - 1.6168667 * y! - 0.4906146 * z!,
    -0.9787684 * x! + 1.9161415 * y! + 0.033454 * z!,
    0.0719453 * x! - 0.2289914 * y! + 1.4052427 * z!,
  ];
}

/** What a colour of a space is in sRGB, 0–255 and not rounded. Values are 0–1. */
export function rgbToSrgb(space: RgbSpace, values: readonly number[]): number[] {
  return lightOf(space, values).map((light) => 255 * lightToSrgb(light));
}

/** Light of red, green and blue of sRGB; outside of 0–1 where sRGB does not have a colour. Values are 0–1. */
export function lightOf(space: RgbSpace, values: readonly number[]): number[] {
  const light = values.map((value) => toLight(value, space.gamma));
  return xyzToLight([0, 1, 2].map((i) => space.primaries.reduce((sum, one, k) => sum + one[i]! * light[k]!, 0)));
}

/** What a grey value, 0–1, of a curve is in sRGB, 0–255 and not rounded. */
export function greyToSrgb(gamma: number, value: number): number {
  return 255 * lightToSrgb(value ** gamma);
}

/** What a colour of CIE Lab (D50) is in sRGB, 0–255 and not rounded. */
export function labToSrgb([l, a, b]: readonly [number, number, number]): number[] {
  const f = (t: number) => t > 6 / 29 ? t ** 3 : 3 * (6 / 29) ** 2 * (t - 4 / 29);
  const y = (l + 16) / 116;
  const xyz = [d50[0] * f(y + a / 500), d50[1] * f(y), d50[2] * f(y - b / 200)];
  return xyzToLight(xyz).map((light) => 255 * lightToSrgb(light));
}

/** A profile file of an RGB space. */
export function rgbProfile({ primaries, gamma }: RgbSpace): Uint8Array {
  const [red, green, blue] = primaries;
  const curve = curveTag(gamma);
  return profile("RGB ", "XYZ ", {
    rXYZ: xyzTag(red!),
    gXYZ: xyzTag(green!),
    bXYZ: xyzTag(blue!),
    rTRC: curve,
    gTRC: curve,
    bTRC: curve,
  });
}

/** A profile file of grey with an exponent. */
export function greyProfile(gamma: number): Uint8Array {
  return profile("GRAY", "XYZ ", { kTRC: curveTag(gamma) });
}

/**
 * Lab of each of the 16 mixtures of inks; the place has a bit for each ink, cyan the highest. Paper is white and the
 * black ink black, so that compensating for either changes nothing.
 */
export const inks: readonly (readonly [number, number, number])[] = Array.from({ length: 16 }, (_, place) => {
  const [c, m, y, k] = [place & 8, place & 4, place & 2, place & 1].map(Boolean);
  const light = 100 - (c ? 30 : 0) - (m ? 25 : 0) - (y ? 5 : 0);
  return k ? [0, 0, 0] : [light, (m ? 40 : 0) - (c ? 20 : 0), (y ? 45 : 0) - (c ? 25 : 0)];
});

/** A profile file of CMYK: a table (`mft1`) of the colours in `inks`. */
export function cmykProfile(): Uint8Array {
  const identity = Array.from({ length: 256 }, (_, i) => i);
  const table = inks.flatMap(([l, a, b]) => [Math.round(l * 2.55), a + 128, b + 128]);
  const matrix = [1, 0, 0, 0, 1, 0, 0, 0, 1].flatMap((value) => fixed(value));
  const lut = [...text("mft1"), 0, 0, 0, 0, 4, 3, 2, 0, ...matrix];
  for (let i = 0; i < 4; i++) lut.push(...identity);
  lut.push(...table);
  for (let i = 0; i < 3; i++) lut.push(...identity);
  return profile("CMYK", "Lab ", { A2B0: lut });
}

const text = (letters: string) => [...letters].map((letter) => letter.charCodeAt(0));
const u32 = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
const u16 = (value: number) => [value >>> 8, value & 255];
const fixed = (value: number) => u32(Math.round(value * 65536) >>> 0);
const xyzTag = (xyz: readonly number[]) => [...text("XYZ "), 0, 0, 0, 0, ...xyz.flatMap(fixed)];

function curveTag(gamma: RgbSpace["gamma"]): number[] {
  const start = [...text("curv"), 0, 0, 0, 0];
  if (gamma === 1) return [...start, ...u32(0)];
  if (gamma !== "srgb") return [...start, ...u32(1), ...u16(Math.round(gamma * 256))];
  const count = 1024;
  const points = Array.from({ length: count }, (_, i) => Math.round(65535 * srgbToLight(i / (count - 1))));
  return [...start, ...u32(count), ...points.flatMap(u16)];
}

function profile(space: string, connection: string, tags: Record<string, number[]>): Uint8Array {
  const name = "Made for a test\0";
  const all = Object.entries({
    desc: [...text("desc"), 0, 0, 0, 0, ...u32(name.length), ...text(name), ...Array<number>(78).fill(0)],
    wtpt: xyzTag(d50),
    cprt: [...text("text"), 0, 0, 0, 0, ...text("No rights reserved\0")],
    ...tags,
  });
  const table: number[] = u32(all.length);
  const body: number[] = [];
  const start = 128 + 4 + 12 * all.length;
  for (const [tag, bytes] of all) {
    table.push(...text(tag), ...u32(start + body.length), ...u32(bytes.length));
    body.push(...bytes, ...Array<number>((4 - bytes.length % 4) % 4).fill(0));
  }
  const size = start + body.length;
  const header = [
    ...u32(size),
    ...u32(0),
    ...u32(0x02100000),
    ...text(space === "CMYK" ? "prtr" : "mntr"),
    ...text(space),
    ...text(connection),
    7,
    208,
    0,
    1,
    0,
    1,
    0,
    0,
    0,
    0,
    0,
    0,
    ...text("acsp"),
    ...Array<number>(28).fill(0),
    ...d50.flatMap(fixed),
    ...Array<number>(48).fill(0),
  ]; // deno-fmt-ignore
  return Uint8Array.from([...header, ...table, ...body]);
}
