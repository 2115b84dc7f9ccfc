/** Whether a colour profile can be used: where it cannot, the codec takes another one for 16 bits, without a word. */
import type sharp from "sharp";

/** Steps between black and white in each channel of the picture that a profile is tried on. */
const steps = 4;

/**
 * Tries a profile on a small picture of 8 bits, whose colours the codec leaves as they are where the profile is damaged
 * or is for another number of colours. One that changes nothing need not be applied either.
 */
export async function changesColours(codec: typeof sharp, icc: Uint8Array, colours: 1 | 3): Promise<boolean> {
  const side = steps + 1;
  const count = side ** colours;
  const values = Uint8Array.from({ length: count * colours }, (_, i) => {
    const place = Math.floor(Math.floor(i / colours) / side ** (i % colours)) % side;
    return Math.round(place * 255 / steps);
  });
  const { data, info } = await codec(tiffWith(icc, values, colours)).toColourspace("srgb").raw()
    .toBuffer({ resolveWithObject: true });
  for (let i = 0; i < data.length; i++) {
    const before = values[info.channels === colours ? i : Math.floor(i / info.channels) * colours]!;
    if (Math.abs(data[i]! - before) > 1) return true;
  }
  return false;
}

/** A TIFF file of one row of 8-bit grey or RGB pixels with a profile, which PNG would check and drop. */
function tiffWith(icc: Uint8Array, values: Uint8Array, channels: 1 | 3): Uint8Array {
  const [short, long, undefinedBytes] = [3, 4, 7];
  const start = 8;
  const profile = start + values.length;
  const directory = profile + icc.length + (values.length + icc.length) % 2;
  const bits = directory + 2 + 12 * 10 + 4;
  const entries: readonly (readonly [tag: number, type: number, count: number, value: number])[] = [
    [256, long, 1, values.length / channels], // width
    [257, long, 1, 1], // height
    [258, short, channels, channels === 1 ? 8 : bits],
    [259, short, 1, 1], // not compressed
    [262, short, 1, channels === 1 ? 1 : 2], // grey or RGB
    [273, long, 1, start],
    [277, short, 1, channels],
    [278, long, 1, 1], // rows in the strip
    [279, long, 1, values.length],
    [34675, undefinedBytes, icc.length, profile],
  ];
  const file = new Uint8Array(bits + 6);
  const view = new DataView(file.buffer);
  file.set([0x49, 0x49, 42, 0]);
  view.setUint32(4, directory, true);
  file.set(values, start);
  file.set(icc, profile);
  view.setUint16(directory, entries.length, true);
  for (const [i, [tag, type, count, value]] of entries.entries()) {
    const at = directory + 2 + 12 * i;
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, type, true);
    view.setUint32(at + 4, count, true);
    view.setUint32(at + 8, value, true);
  }
  for (let channel = 0; channel < 3; channel++) view.setUint16(bits + 2 * channel, 8, true);
  return file;
}
