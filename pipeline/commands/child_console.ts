/** What trainings say that are a part of something else: progress and warnings, and no line of their own. */
import type { Console } from "../terminal/console.ts";

/**
 * A console for one training.
 *
 * @param model such as `model 2/4`, before the label of each line of progress
 * @param left the time that is left for all of the work, where it is known
 */
export function childConsole(
  console: Console,
  model: string,
  left: () => string | undefined = () => undefined,
): Console {
  const silent = { width: console.width, colors: console.colors, line: () => {} };
  return {
    ...silent,
    results: silent,
    warn: (text) => console.warn(text),
    progress(progress) {
      const inAll = left();
      console.progress({
        ...progress,
        label: `${model}  ${progress.label}`,
        details: [...(inAll === undefined ? [] : [`${inAll} left in all`]), ...progress.details],
      });
    },
    endProgress: () => console.endProgress(),
  };
}
