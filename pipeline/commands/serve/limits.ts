/** What a server takes at most. */

/** Limits on what requests can cost. */
export interface ServeLimits {
  /** Pictures in a request. Default 64. */
  readonly mostPictures: number;
  /** Diffusion steps. Default 250, or those of the recipe's samplers where they have more. */
  readonly mostSteps: number;
  /** Pictures that wait, beyond which requests are refused. Default 256. */
  readonly queue: number;
  /** Seconds that a request may take. Default 120. */
  readonly timeout: number;
  /** Pictures generated at the same time. Default: the batch size of training, at most 16. */
  readonly batch: number;
}

/** Bytes of a request's body. */
export const mostBody = 64 * 1024;
/** Times that a pixel is repeated in both directions. */
export const mostScale = 32;
/** Pixels of an answer, a grid or a picture. */
export const mostPixels = 2 ** 25;
