/** Damages bytes as transfers, disks and people with intentions do: every draw is a function of the seed. */
import type { TrialDraws } from "./draws.ts";

/** Numbers that formats seldom expect, for a field of so many bytes. */
function extreme(draws: TrialDraws, width: number): bigint {
  const top = 2n ** BigInt(8 * width);
  return draws.pick([
    0n,
    1n,
    top - 1n, // -1
    top / 2n, // the smallest negative one
    top / 2n - 1n,
    top - BigInt(draws.whole(2, 64)),
    BigInt(draws.whole(0, 2 ** 16)) % top,
    (2n ** 31n) % top,
    (2n ** 53n) % top,
  ]);
}

type Change = (bytes: Uint8Array<ArrayBuffer>, draws: TrialDraws) => Uint8Array<ArrayBuffer>;

const place = (bytes: Uint8Array, draws: TrialDraws) => draws.whole(0, Math.max(0, bytes.length - 1));

const changes: readonly Change[] = [
  function bit(bytes, draws) {
    bytes[place(bytes, draws)]! ^= 1 << draws.whole(0, 7);
    return bytes;
  },
  function byte(bytes, draws) {
    bytes[place(bytes, draws)] = draws.pick([0, 1, 0x7f, 0x80, 0xfe, 0xff, draws.whole(0, 255)]);
    return bytes;
  },
  function field(bytes, draws) {
    const width = draws.pick([1, 2, 4, 8]);
    const little = draws.chance(0.7);
    const at = place(bytes, draws);
    let value = extreme(draws, width);
    for (let i = 0; i < width; i++, value >>= 8n) {
      const to = at + (little ? i : width - 1 - i);
      if (to < bytes.length) bytes[to] = Number(value & 0xffn);
    }
    return bytes;
  },
  function cut(bytes, draws) {
    return bytes.slice(0, place(bytes, draws));
  },
  function removed(bytes, draws) {
    const at = place(bytes, draws);
    return joined(bytes.subarray(0, at), bytes.subarray(at + draws.whole(1, 64)));
  },
  function inserted(bytes, draws) {
    const at = place(bytes, draws);
    const noise = Uint8Array.from({ length: draws.whole(1, 64) }, () => draws.whole(0, 255));
    return joined(bytes.subarray(0, at), noise, bytes.subarray(at));
  },
  function repeated(bytes, draws) {
    const at = place(bytes, draws);
    const part = bytes.subarray(at, at + draws.whole(1, 256));
    return joined(bytes.subarray(0, at), ...Array(draws.whole(2, 20)).fill(part), bytes.subarray(at));
  },
  function moved(bytes, draws) {
    const [from, to, length] = [place(bytes, draws), place(bytes, draws), draws.whole(1, 64)];
    return bytes.copyWithin(to, from, from + length);
  },
  function blank(bytes, draws) {
    const at = place(bytes, draws);
    return bytes.fill(draws.pick([0, 0xff]), at, at + draws.whole(1, 512));
  },
];

/** A copy with one to eight changes; mostly few, and where `near` is given mostly near its start. */
export function mutate(original: Uint8Array, draws: TrialDraws, near?: number): Uint8Array<ArrayBuffer> {
  let bytes = Uint8Array.from(original);
  const count = draws.chance(0.5) ? 1 : draws.whole(2, 8);
  for (let i = 0; i < count; i++) {
    const change = draws.pick(changes);
    const part = near !== undefined && draws.chance(0.7) ? Math.min(near, bytes.length) : bytes.length;
    // A part of it is changed as if it were all, but for what shortens the file.
    bytes = part === bytes.length
      ? change(bytes, draws)
      : joined(change(bytes.slice(0, part), draws), bytes.subarray(part));
  }
  return bytes;
}

/** One JSON value in place of another: numbers at the edges, texts, other types, keys that have a meaning. */
export function mutateJson(value: unknown, draws: TrialDraws): unknown {
  const odd = () =>
    draws.pick<unknown>([
      ...[
        0,
        -1,
        0.5,
        1e300,
        -1e300,
        2 ** 31,
        2 ** 53,
        2 ** 63,
        null,
        true,
        "",
        "x",
        "\u0000\u001b[2J",
        "é".repeat(200),
      ],
      ...[[], {}, [[]], [null], { "": 0 }, JSON.parse('{"__proto__":{"step":1},"constructor":1}'), "NaN", "1e3", [
        -1,
        2 ** 60,
      ]],
    ]);
  if (typeof value !== "object" || value === null || draws.chance(0.2)) return odd();
  if (Array.isArray(value)) {
    if (value.length === 0 || draws.chance(0.2)) return [...value, odd()];
    const at = draws.whole(0, value.length - 1);
    return draws.chance(0.2)
      ? value.filter((_, i) => i !== at)
      : value.map((one, i) => i === at ? mutateJson(one, draws) : one);
  }
  const entries = Object.entries(value);
  if (entries.length === 0 || draws.chance(0.1)) return Object.fromEntries([...entries, ["__proto__", odd()]]);
  const at = draws.whole(0, entries.length - 1);
  if (draws.chance(0.15)) return Object.fromEntries(entries.filter((_, i) => i !== at));
  return Object.fromEntries(entries.map(([key, one], i) => [key, i === at ? mutateJson(one, draws) : one]));
}

/** Bytes one after the other. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
