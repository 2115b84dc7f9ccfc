/** Progress and warnings as events, beside what a console shows of them. */
import type { Progress } from "./bar.ts";
import type { Console } from "./console.ts";

/** Takes an event. What it returns is waited for, where the work can wait. */
export type Tell<Event> = (event: Event) => void | Promise<void>;

/** How far something is that takes time: a download, pictures that are decoded, training, sampling. */
export interface ProgressEvent extends Progress {
  /** Which event it is. */
  readonly type: "progress";
}

/** Something that may be wrong, and does not end the work. */
export interface WarningEvent {
  /** Which event it is. */
  readonly type: "warning";
  /** One line or several: what it is, and what to do. */
  readonly message: string;
}

/** A console whose progress and warnings are told as events besides. */
export function telling(console: Console, tell: Tell<ProgressEvent | WarningEvent>): Console {
  return {
    get width() {
      return console.width;
    },
    colors: console.colors,
    results: console.results,
    line: (text) => console.line(text),
    warn(message) {
      console.warn(message);
      void tell({ type: "warning", message });
    },
    progress(progress) {
      console.progress(progress);
      void tell({ type: "progress", ...progress });
    },
    endProgress: () => console.endProgress(),
  };
}
