/** What the samples of a TIFF file are: the codec takes some kinds for others, so this is read before it decodes. */

/** How the first page of a TIFF file stores its pixels (TIFF 6.0; the numbers are those of the tags). */
export interface TiffSamples {
  readonly channels: number;
  /** Bits of a sample, the largest where channels differ. */
  readonly bits: number;
  readonly format: "unsigned" | "signed" | "float" | "complex" | "unknown";
  /** Tag 262: 0 and 1 grey, 2 RGB, 3 palette, 5 separated, 6 YCbCr, 8 Lab. */
  readonly photometric: number;
  /** Tag 338: what the channels after the colours are; 1 and 2 are transparency. Undefined where it is missing. */
  readonly extra: readonly number[] | undefined;
  /** A raw camera file: its first page is only a small preview. */
  readonly raw: boolean;
}

const tags = {
  subfileType: 254,
  bits: 258,
  photometric: 262,
  channels: 277,
  subDirectories: 330,
  extra: 338,
  format: 339,
  dngVersion: 50706,
} as const;

const formats: readonly TiffSamples["format"][] = ["unsigned", "unsigned", "signed", "float", "unknown", "complex"];

/** Reads the first directory. Undefined where it lies outside of the file or is none: the codec says what is wrong. */
export function tiffSamples(file: Uint8Array): TiffSamples | undefined {
  try {
    return read(file);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function read(file: Uint8Array): TiffSamples | undefined {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const little = file[0] === 0x49;
  const big = view.getUint16(2, little) === 43; // BigTIFF: offsets of 8 bytes
  const offset = (at: number) => big ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little);
  const directory = offset(big ? 8 : 4);
  const count = big ? Number(view.getBigUint64(directory, little)) : view.getUint16(directory, little);
  if (count > 4096) return undefined; // Real ones have a few dozen.

  const entries = new Map<number, number[]>();
  const wanted = new Set<number>(Object.values(tags));
  const inline = big ? 8 : 4; // bytes of an entry that values are stored in, where they fit
  for (let i = 0; i < count; i++) {
    const at = directory + (big ? 8 + 20 * i : 2 + 12 * i);
    const tag = view.getUint16(at, little);
    if (!wanted.has(tag)) continue;
    const size = ({ 1: 1, 3: 2, 4: 4, 13: 4 } as Record<number, number>)[view.getUint16(at + 2, little)] ?? 0;
    const length = Math.min(offset(at + 4), 1024); // More channels than this are refused anyway.
    const place = size * length <= inline ? at + 4 + inline : offset(at + 4 + inline);
    entries.set(
      tag,
      Array.from({ length: size === 0 ? 0 : length }, (_, k) => {
        const from = place + k * size;
        return size === 1
          ? view.getUint8(from)
          : size === 2
          ? view.getUint16(from, little)
          : view.getUint32(from, little);
      }),
    );
  }
  const first = (tag: number, missing: number) => entries.get(tag)?.[0] ?? missing;
  const sampleFormats = new Set(entries.get(tags.format) ?? [1]);
  return {
    channels: first(tags.channels, 1),
    bits: Math.max(1, ...(entries.get(tags.bits) ?? [])),
    format: sampleFormats.size === 1 ? formats[[...sampleFormats][0]!] ?? "unknown" : "unknown",
    photometric: first(tags.photometric, -1),
    extra: entries.get(tags.extra),
    raw: entries.has(tags.dngVersion) ||
      (entries.has(tags.subDirectories) && (first(tags.subfileType, 0) & 1) === 1),
  };
}
