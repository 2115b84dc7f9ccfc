/** A line at the bottom of the terminal that is redrawn in place. */
import type { Progress } from "./bar.ts";

/** A line that is redrawn in place. */
export interface ProgressLine {
  show(progress: Progress): void;
  end(): void;
  /** Takes the line away while something else is written. */
  around(write: () => void): void;
}

const interval = 100; // milliseconds between two drawings
const erase = "\r\x1b[K";

/**
 * Draws lines of progress with `render`. Line wrapping and cursor stay as they are: a process that is killed could not put
 * them back.
 *
 * @param now milliseconds
 */
export function progressLine(
  render: (progress: Progress) => string,
  out: (text: string) => void,
  now: () => number,
): ProgressLine {
  let shown: Progress | undefined;
  let drawn = -Infinity;
  const draw = (progress: Progress) => {
    drawn = now();
    out(erase + render(progress));
  };
  return {
    show(progress) {
      if (shown === undefined || now() - drawn >= interval) draw(progress);
      shown = progress;
    },
    end() {
      if (shown !== undefined) out(erase);
      shown = undefined;
    },
    around(write) {
      if (shown !== undefined) out(erase);
      write();
      if (shown !== undefined) draw(shown);
    },
  };
}
