/** Many pictures in one. */
import { encodePng } from "./codec.ts";
import { crop, type Picture } from "./picture.ts";
import { enlarged } from "./resize.ts";

/** How pictures are laid out. */
export interface GridOptions {
  /** Default: as many as it takes. */
  readonly rows?: number;
  /** Default: as near to a square as it gets. */
  readonly columns?: number;
  /** Pixels between pictures and around them, after enlarging. Default 2. */
  readonly gap?: number;
  /** Grey value of the gaps, 0–255. Default 255. */
  readonly background?: number;
  /** Each pixel is repeated this often. Default: what makes pictures at least 64 pixels wide. */
  readonly scale?: number;
  /** Enlarges by bicubic interpolation instead. */
  readonly smooth?: boolean;
}

/**
 * Lays pictures of one size out in a grid, row by row. Pictures beyond `rows * columns` are left out, places without a
 * picture stay empty.
 */
export function layOut(pictures: readonly Picture[], options: GridOptions = {}): Picture {
  const first = pictures[0];
  if (first === undefined) throw new RangeError("Cannot lay out a grid of no pictures");
  const { gap = 2, background = 255, scale = Math.max(1, Math.ceil(64 / first.width)) } = options;
  const columns = options.columns ??
    Math.ceil(options.rows ? pictures.length / options.rows : Math.sqrt(pictures.length));
  const rows = options.rows ?? Math.ceil(pictures.length / columns);
  const width = gap + columns * (first.width * scale + gap);
  const height = gap + rows * (first.height * scale + gap);
  const data = new Uint8Array(width * height * 3).fill(background);
  for (const [i, picture] of pictures.slice(0, rows * columns).entries()) {
    if (picture.width !== first.width || picture.height !== first.height) {
      throw new RangeError(
        `Cannot lay out pictures of ${first.width}×${first.height} and ${picture.width}×${picture.height} in one grid`,
      );
    }
    const large = enlarged(picture, scale, options.smooth);
    const left = gap + (i % columns) * (large.width + gap);
    const top = gap + Math.floor(i / columns) * (large.height + gap);
    for (let row = 0; row < large.height; row++) {
      const line = large.data.subarray(row * large.width * 3, (row + 1) * large.width * 3);
      data.set(line, ((top + row) * width + left) * 3);
    }
  }
  return { width, height, data };
}

/** `layOut` as the bytes of a PNG file. */
export function grid(pictures: readonly Picture[], options: GridOptions = {}): Promise<Uint8Array> {
  return encodePng(layOut(pictures, options));
}

/** The pictures of a grid, enlarged as they are in it: what `layOut` did, undone. */
export function cutGrid(
  whole: Picture,
  { rows, columns, gap = 2 }: { rows: number; columns: number; gap?: number },
): Picture[] {
  const width = (whole.width - gap) / columns - gap;
  const height = (whole.height - gap) / rows - gap;
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw new RangeError(`Cannot cut ${whole.width}×${whole.height} pixels into ${rows} rows of ${columns} pictures`);
  }
  return Array.from({ length: rows * columns }, (_, i) =>
    crop(whole, {
      left: gap + (i % columns) * (width + gap),
      top: gap + Math.floor(i / columns) * (height + gap),
      width,
      height,
    }));
}
