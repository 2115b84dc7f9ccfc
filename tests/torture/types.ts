/** What a torture is: an attack on one part of the program, repeated with a seed, that counts what does not hold. */

/** Where and how long a torture runs. */
export interface TortureOptions {
  /** Every draw is a function of this and of the number of the trial: a fault is found again by both. */
  readonly seed: number;
  /** The first trial: with `trials` 1, the number that a fault named. Default 0. */
  readonly first?: number;
  readonly trials: number;
  /** An empty folder for files of its own; removed afterwards. */
  readonly folder: string;
  /** Ends it after the trial that is under way. */
  readonly signal: AbortSignal;
  readonly progress: (done: number, total: number) => void;
}

/** Something that did not hold. */
export interface Fault {
  /** The trial, to be repeated with the same seed. */
  readonly trial: number;
  /** What was done, what came and what is right, in one or two sentences. */
  readonly what: string;
  /** The input, where it is small enough to print, or the path of a copy. */
  readonly input?: string | undefined;
}

/** What came of it. */
export interface TortureResult {
  readonly trials: number;
  readonly faults: readonly Fault[];
  /** Figures worth a row in a report, such as `{ "refused": 19_204, "largest memory": "212 MB" }`. */
  readonly figures: Readonly<Record<string, number | string>>;
}

/** An attack on one part of the program. */
export interface Torture {
  /** As the command line names it, such as `recipes`. */
  readonly name: string;
  /** One line: what is done, and what has to hold. */
  readonly summary: string;
  /** Trials of the shortest form (seconds, in the tests), of the default (minutes), and of an hour. */
  readonly trials: { readonly short: number; readonly default: number; readonly hour: number };
  run(options: TortureOptions): Promise<TortureResult>;
}
