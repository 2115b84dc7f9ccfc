/** Cuts a bird out of its photograph, as clear-diffusion-keras does (dataset.py, 98fbccd and 6ed2ac6). */
import { image } from "denoise/plugin";
import { roundHalfEven } from "../shared/round.ts";

/** A bounding box in pixels, from the left and from above. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * The square around a bounding box, its side the longer one of the box and `padding` more. Where the photograph ends
 * before the square does, the side gets shorter, equally on both sides of the middle: what is left is then no square.
 *
 * @param padding as a fraction of the box's side
 */
export function cropToBox(picture: image.Picture, box: Box, padding: number): image.Picture {
  // The ends of the box are held within the photograph first, as TensorFlow Datasets does.
  const right = Math.min(box.x + box.width, picture.width);
  const bottom = Math.min(box.y + box.height, picture.height);
  const x = Math.min(box.x, picture.width);
  const y = Math.min(box.y, picture.height);
  const side = (1 + padding) * Math.max(right - x, bottom - y);
  const [left, width] = span((x + right) / 2, side, picture.width);
  const [top, height] = span((y + bottom) / 2, side, picture.height);
  return image.crop(picture, { left, top, width, height });
}

/** Where a side of this length around a middle begins, and what is left of it between 0 and `end`; whole pixels. */
function span(middle: number, side: number, end: number): [start: number, length: number] {
  const length = Math.min(side, 2 * middle, 2 * (end - middle));
  const start = Math.max(0, roundHalfEven(middle - length / 2));
  // Start and length are rounded each on its own, which may reach one pixel too far.
  return [start, Math.max(1, Math.min(roundHalfEven(length), end - start))];
}
