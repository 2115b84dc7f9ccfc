/** Pictures of any shape to squares. */
import { image } from "denoise/plugin";
import { roundHalfEven } from "./round.ts";

/** The largest square in the middle, resized. */
export function cutSquare(picture: image.Picture, side: number): image.Picture {
  return image.resize(image.centreCrop(picture), { width: side, height: side, method: "bicubic" });
}

/**
 * The whole picture within the square, on white: resized so that its longer side fills the square, in the middle of it
 * (Pillow's `ImageOps.pad`, which the reference uses).
 */
export function padToSquare(picture: image.Picture, side: number): image.Picture {
  const { width, height } = picture;
  const longer = Math.max(width, height);
  const fitted = image.resize(picture, {
    width: Math.max(1, roundHalfEven(width / longer * side)),
    height: Math.max(1, roundHalfEven(height / longer * side)),
    method: "bicubic",
  });
  const left = roundHalfEven((side - fitted.width) / 2);
  const top = roundHalfEven((side - fitted.height) / 2);
  const data = new Uint8Array(side * side * 3).fill(255);
  for (let row = 0; row < fitted.height; row++) {
    const from = row * fitted.width * 3;
    data.set(fitted.data.subarray(from, from + fitted.width * 3), ((top + row) * side + left) * 3);
  }
  return { width: side, height: side, data };
}
