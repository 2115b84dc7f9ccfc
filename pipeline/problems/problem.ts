/** Problems as data: what is wrong, where, and what to do. Printing is elsewhere. */

/**
 * A place in a file. Lines and columns count from 1, as editors show them: a column is a character (a code point, however
 * wide it is), and a tab is one. `length` is in characters too, at least 1.
 */
export interface Place {
  /** Path of the file, as it was named. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1. */
  readonly column: number;
  /** Characters to underline, at least 1. */
  readonly length: number;
}

/** One thing that is wrong. */
export interface Problem {
  /** Stable name, such as `unknown-option`. */
  readonly code: string;
  /** What was attempted and what is wrong with it: upper-case start, values in double quotes, no full stop. */
  readonly message: string;
  /** What is allowed, the nearest name, what to do: one line each. */
  readonly help: readonly string[];
  /** Where, when it is in a file. */
  readonly place?: Place;
}

/** Thrown with everything that is wrong at once. The command line prints it with code frames and without a stack. */
export class DenoiseError extends Error {
  /** Always "DenoiseError". */
  override readonly name = "DenoiseError";
  /** At least one. */
  readonly problems: readonly Problem[];
  /** An error of one problem or several; its message has a line for each. */
  constructor(problems: Problem | readonly Problem[], options?: ErrorOptions) {
    const list = "code" in problems ? [problems] : problems;
    super(
      list.map((p) => [p.place ? `${p.place.file}:${p.place.line}:${p.place.column} ` : "", p.message].join("")).join(
        "\n",
      ),
      options,
    );
    this.problems = list;
  }
}
