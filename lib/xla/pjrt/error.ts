/** Errors of PJRT as exceptions. */

const codes: Readonly<Record<number, string>> = {
  1: "CANCELLED",
  2: "UNKNOWN",
  3: "INVALID_ARGUMENT",
  4: "DEADLINE_EXCEEDED",
  5: "NOT_FOUND",
  6: "ALREADY_EXISTS",
  7: "PERMISSION_DENIED",
  8: "RESOURCE_EXHAUSTED",
  9: "FAILED_PRECONDITION",
  10: "ABORTED",
  11: "OUT_OF_RANGE",
  12: "UNIMPLEMENTED",
  13: "INTERNAL",
  14: "UNAVAILABLE",
  15: "DATA_LOSS",
  16: "UNAUTHENTICATED",
};

/** What to do where a device has no memory left. */
export const memoryHelp: readonly string[] = [
  "take a smaller batch, or smaller images or a smaller network",
  "close other programs that use the device; a larger memory_fraction of the backend lets it take more of a GPU",
];

/** What a PJRT function refused or failed at. */
export class PjrtError extends Error {
  override readonly name = "PjrtError";
  /** Where no memory is left: it can work, with less to do. As in `lib/files/explained.ts`, which is not part of this. */
  readonly explained?: "unavailable";
  /** What native code wrote before, where that is kept: the last lines. Shown with the trace. */
  readonly log?: readonly string[];
  /** How the device failed, where it did. */
  readonly failure?: "memory";
  /** What to do, one line each; nothing where that is not known. */
  readonly help: readonly string[];
  /** Name of the status, such as "INVALID_ARGUMENT". */
  readonly code: string;

  /**
   * @param call the function, such as "PJRT_Client_Compile"
   * @param code number of the status, 1 … 16 (absl's canonical codes)
   * @param text what the plugin says
   * @param log what native code wrote before, where that is kept: the last lines
   */
  constructor(readonly call: string, code: number, text: string, log: readonly string[] = []) {
    const name = codes[code] ?? `code ${code}`;
    super(`${call} failed with ${name}: ${text}`);
    this.code = name;
    if (log.length > 0) this.log = log;
    this.help = name === "RESOURCE_EXHAUSTED" ? memoryHelp : [];
    if (this.help.length > 0) [this.explained, this.failure] = ["unavailable", "memory"];
  }
}
