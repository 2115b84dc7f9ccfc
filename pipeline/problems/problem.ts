/** Problems as data: what is wrong, where, and what to do. Printing is elsewhere. */

/**
 * A place in a file. Lines and columns count from 1, as editors show them: a column is a character (a code point, however
 * wide it is), and a tab is one. `length` is in characters too, at least 1.
 */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
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
  /** Where, when it stands in a file. */
  readonly place?: Place;
}

/** Thrown with everything that is wrong at once. The command line prints it with code frames and without a stack. */
export class DenoiseError extends Error {
  override readonly name = "DenoiseError";
  readonly problems: readonly Problem[];
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
