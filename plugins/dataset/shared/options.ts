/** Options that several datasets have, in the same words. */
import { z } from "denoise/plugin";

/** Side of the square pictures. */
export const imageSize = z.int().min(4).max(2048).describe("side of the square pictures, in pixels");

/** Interpolation when pictures are resized. */
export const resizeOption = z.enum(["bilinear", "bicubic"]).describe("interpolation when resizing, antialiased");

/** Part of the pictures that is not trained on. */
export const validation = z.number().min(0).max(0.9).default(0.2).describe(
  "fraction of the pictures held out for validation, chosen by a hash of their names",
);
