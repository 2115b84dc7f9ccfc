/** What goes wrong with runtimes, and what to do about it. */

/** A runtime that cannot be had. `help` says what to do, one line each. */
export class RuntimeError extends Error {
  /** Always "RuntimeError". */
  override readonly name = "RuntimeError";
  /** As in `lib/files/explained.ts`, which this package, standing alone, cannot import. */
  readonly explained = "unavailable";
  /** Option of the backend that has to change, if one has. */
  readonly option: string | undefined;
  /** An error with what to do about it. */
  constructor(
    message: string,
    /** What to do, one line each. */
    readonly help: readonly string[],
    options?: ErrorOptions & { readonly option?: string },
  ) {
    super(message, options);
    this.option = options?.option;
  }
}

/** The message of whatever was thrown; of a failed `fetch`, the reason behind it. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.message === "fetch failed" ? reasonOf(error.cause) : error.message;
}
