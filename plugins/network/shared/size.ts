/** Image sizes that a U-Net can halve. */
import { type ImageShape, refuse } from "denoise/plugin";

/**
 * Refuses images whose sides a U-Net cannot halve between its levels.
 *
 * @param patch side of the patches that the image is cut into first, in pixels
 * @throws {Refusal} with sizes that work
 */
export function refuseSize(levels: number, { height, width }: ImageShape, patch = 1): void {
  const divisor = patch * 2 ** (levels - 1);
  if (height % divisor === 0 && width % divisor === 0) return;
  const sizes = [height, width].flatMap((side) => [Math.floor(side / divisor), Math.ceil(side / divisor)])
    .filter((n) => n > 0).map((n) => n * divisor);
  const cut = patch === 1 ? "" : `cut into patches of ${patch}×${patch} and `;
  refuse({
    option: "widths",
    what: `Images of ${width}×${height} pixels cannot be ${cut}halved ${levels - 1} times, as ${levels} widths require`,
    fix: `use an image size that ${divisor} divides, such as ${[...new Set(sizes)].join(" or ")}, or fewer widths`,
  });
}
