/** What a family of files is: seeds that are right, ways to damage them, and the reader that is to bear it. */
import type { TrialDraws } from "../draws.ts";

/** Right files of a format, made once. */
export type Seeds = readonly Uint8Array[];

/** One format. */
export interface Family {
  readonly name: string;
  /** How many of a thousand trials it gets. */
  readonly share: number;
  seeds(): Promise<Seeds>;
  /** A damaged file. */
  damaged(seeds: Seeds, draws: TrialDraws): Uint8Array | Promise<Uint8Array>;
  /**
   * Reads a file.
   *
   * @param folder empty, for what the reader writes
   * @throws what the reader throws; `Wrong` where it gives what cannot be
   */
  read(path: string, folder: string): Promise<void>;
  /** Names of errors of ours that bring neither problems nor help. */
  readonly errors?: readonly string[];
}

/** What a reader gave, or did, that it must not. */
export class Wrong extends Error {
  override readonly name = "Wrong";
}
