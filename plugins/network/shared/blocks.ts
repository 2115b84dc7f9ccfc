/** Names of the residual blocks of a U-Net, from its entrance to its exit. */

/** Such as `down0.block0`, `middle.block1` and `up0.block1`. */
export function blocksOf({ widths, block_depth }: { widths: readonly number[]; block_depth: number }): string[] {
  const levels = widths.slice(1).map((_, level) => level);
  const places = [
    ...levels.map((level) => `down${level}`),
    "middle",
    ...levels.toReversed().map((level) => `up${level}`),
  ];
  return places.flatMap((place) => Array.from({ length: block_depth }, (_, i) => `${place}.block${i}`));
}
