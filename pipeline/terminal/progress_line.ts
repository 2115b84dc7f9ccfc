/** A line at the bottom of the terminal that is redrawn in place, by cli-progress. */
import cliProgress from "cli-progress";
import type { Progress } from "./bar.ts";

/** The part of cli-progress that is used; the package brings no types. */
interface SingleBar {
  start(total: number, value: number, payload: { progress: Progress }): void;
  update(value: number, payload: { progress: Progress }): void;
  stop(): void;
}

/** A line that is redrawn in place. */
export interface ProgressLine {
  show(progress: Progress): void;
  end(): void;
  /** Takes the line away while something else is written. */
  around(write: () => void): void;
}

/** Draws lines of progress with `render`, ten times a second at most. */
export function progressLine(render: (progress: Progress) => string, out: (text: string) => void): ProgressLine {
  let shown: Progress | undefined;
  const bar: SingleBar = new cliProgress.SingleBar({
    format: (_options: unknown, _state: unknown, payload: { progress: Progress }) => render(payload.progress),
    // It cuts lines at the terminal's width and counts colour codes as columns: `render` knows the width itself.
    stream: { isTTY: true, columns: 10_000, write: (text: string) => (out(text), true) },
    // Line wrapping and cursor stay as they are: a process that is killed could not put them back.
    linewrap: true,
    hideCursor: false,
    clearOnComplete: true,
    fps: 10,
  });
  const start = (progress: Progress) => bar.start(progress.total, progress.done, { progress });
  return {
    show(progress) {
      if (shown === undefined) start(progress);
      else bar.update(progress.done, { progress });
      shown = progress;
    },
    end() {
      if (shown !== undefined) bar.stop();
      shown = undefined;
    },
    around(write) {
      if (shown !== undefined) bar.stop();
      write();
      if (shown !== undefined) start(shown);
    },
  };
}
