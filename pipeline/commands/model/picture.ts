/** A generated picture: its pixels, and the seed that it comes from. */
import { encodePng, enlarge, type Picture } from "../../../lib/image/mod.ts";

/** A picture of a seed: bytes `[height, width, 3]`, red, green, blue, row by row. Grey ones have all three alike. */
export class GeneratedPicture implements Picture {
  /** The seed that it comes from. */
  readonly seed: number;
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** Always 3. */
  readonly channels = 3;
  /** `height * width * 3` bytes. */
  readonly data: Uint8Array;

  /** Takes the pixels as they are. */
  constructor(seed: number, { width, height, data }: Picture) {
    this.seed = seed;
    this.width = width;
    this.height = height;
    this.data = data;
  }

  /**
   * The picture as the bytes of a PNG file.
   *
   * @param options `scale`: each pixel is repeated this often in both directions; default 1
   */
  png({ scale = 1 }: { readonly scale?: number } = {}): Promise<Uint8Array> {
    return encodePng(enlarge(this, scale));
  }
}
