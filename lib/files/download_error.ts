/** What a download fails with. */

/** A download that failed. `help` says what to do, one line each. */
export class DownloadError extends Error {
  /** Always "DownloadError". */
  override readonly name = "DownloadError";
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
