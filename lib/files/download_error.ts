/** What a download fails with. */
import type { Explained } from "./explained.ts";

/** A download that failed. `help` says what to do, one line each. */
export class DownloadError extends Error implements Explained {
  /** Always "DownloadError". */
  override readonly name = "DownloadError";
  /** It works once the download does. */
  readonly explained = "unavailable";
  /** An error with what to do about it. */
  constructor(
    message: string,
    /** What to do, one line each. */
    readonly help: readonly string[],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
