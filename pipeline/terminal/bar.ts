/** The line that shows progress, as text of a given width. */
import type { Colors } from "./console.ts";

/** How far something is. */
export interface Progress {
  /** Such as `epoch  4/12`. */
  readonly label: string;
  /** From 0 to `total`, in any unit. */
  readonly done: number;
  /** The end, in the unit of `done`; undefined where nobody knows how long it takes. */
  readonly total: number | undefined;
  /** What else is known, with units, the most important first: left out from the end where there is no room. */
  readonly details: readonly string[];
}

const longest = 34; // cells of the bar, as wide as it gets
const shortest = 8;

/** `epoch  4/12  ━━━━━╸━━━━  59 %  loss 0.1841  0:00:42 left`: never wider than `width`. */
export function bar(progress: Progress, width: number, colors: Colors): string {
  const { label, details, total } = progress;
  if (total === undefined) return plainProgress(progress).slice(0, width);
  const percent = `${Math.floor(100 * part(progress)).toString().padStart(3)} %`;
  for (let kept = details.length; kept >= 0; kept--) {
    const rest = [percent, ...details.slice(0, kept)].join("  ");
    const room = width - label.length - rest.length - 4;
    if (room >= shortest) return `${label}  ${cells(part(progress), Math.min(room, longest), colors)}  ${rest}`;
  }
  return plainProgress({ ...progress, details: [] }).slice(0, width);
}

/** The same without a bar, for a log: `epoch  4/12   59 %  loss 0.1841`. */
export function plainProgress(progress: Progress): string {
  const { label, details, total } = progress;
  const percent = total === undefined ? [] : [`${Math.floor(100 * part(progress)).toString().padStart(3)} %`];
  return [label, ...percent, ...details].join("  ");
}

function part({ done, total = 0 }: Progress): number {
  return total > 0 ? Math.min(1, Math.max(0, done / total)) : 1;
}

/** Half a cell is the smallest step. */
function cells(part: number, length: number, colors: Colors): string {
  const halves = Math.floor(part * length * 2);
  const full = Math.floor(halves / 2);
  const half = halves % 2;
  // What is left is drawn thinner, so that it shows without colours too.
  return colors.green("━".repeat(full) + "╸".repeat(half)) + colors.dim("─".repeat(length - full - half));
}
