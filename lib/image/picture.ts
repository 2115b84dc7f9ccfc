/** What a picture is, and what needs no more than moving its bytes. */

/** A picture of 8 bits a channel, red, green, blue: bytes `[height, width, 3]`, row by row. */
export interface Picture {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** `height * width * 3` bytes. */
  readonly data: Uint8Array;
}

/**
 * Cuts a rectangle out of a picture; all of it is the picture itself.
 *
 * @throws {RangeError} when it does not lie within the picture
 */
export function crop(
  picture: Picture,
  { left, top, width, height }: { left: number; top: number; width: number; height: number },
): Picture {
  const whole = [left, top, width, height].every(Number.isInteger);
  if (!whole || Math.min(left, top) < 0 || left + width > picture.width || top + height > picture.height) {
    throw new RangeError(
      `Cannot crop ${width}×${height} pixels at column ${left}, row ${top} out of ${picture.width}×${picture.height}`,
    );
  }
  if (width === picture.width && height === picture.height) return picture;
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const start = ((top + row) * picture.width + left) * 3;
    data.set(picture.data.subarray(start, start + width * 3), row * width * 3);
  }
  return { width, height, data };
}

/** The largest square in the middle; what is left over by an odd pixel lies to the right and below. */
export function centreCrop(picture: Picture): Picture {
  const size = Math.min(picture.width, picture.height);
  return crop(picture, {
    left: Math.floor((picture.width - size) / 2),
    top: Math.floor((picture.height - size) / 2),
    width: size,
    height: size,
  });
}

/** Each pixel repeated `factor` times in both directions. */
export function enlarge(picture: Picture, factor: number): Picture {
  if (factor === 1) return picture;
  const width = picture.width * factor;
  const height = picture.height * factor;
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < picture.height; row++) {
    const start = row * factor * width * 3;
    for (let column = 0; column < width; column++) {
      const from = (row * picture.width + Math.floor(column / factor)) * 3;
      data.set(picture.data.subarray(from, from + 3), start + column * 3);
    }
    for (let copy = 1; copy < factor; copy++) data.copyWithin(start + copy * width * 3, start, start + width * 3);
  }
  return { width, height, data };
}

/** The pictures of a batch: views of bytes `[n, height, width, 3]`. */
export function picturesOf(data: Uint8Array, { width, height }: { width: number; height: number }): Picture[] {
  const size = width * height * 3;
  if (data.length % size !== 0) {
    throw new RangeError(`Cannot cut ${data.length} bytes into pictures of ${width}×${height}×3 = ${size} bytes`);
  }
  return Array.from({ length: data.length / size }, (_, i) => ({
    width,
    height,
    data: data.subarray(i * size, (i + 1) * size),
  }));
}
