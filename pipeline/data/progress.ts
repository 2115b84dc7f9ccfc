/** Progress of long work, with the time that is left. */

/** How far some work is. */
export interface Progress {
  /** Such as "decoding pictures". */
  readonly what: string;
  /** From 0 to `total`. */
  readonly done: number;
  /** The end, in the same unit. */
  readonly total: number;
  /** Such as "MB". */
  readonly unit: string;
  /** Seconds left at the pace so far; undefined before there is one. */
  readonly secondsLeft: number | undefined;
}

/**
 * Adds the time left to reports of progress, and passes on no more than ten a second, the first and the last among them.
 *
 * @param now milliseconds
 */
export function meter(
  report: ((progress: Progress) => void) | undefined,
  now: () => number = () => performance.now(),
): (what: string, done: number, total: number, unit: string) => void {
  const works = new Map<string, { since: number; from: number; last: number }>();
  return (what, done, total, unit) => {
    const time = now();
    let work = works.get(what);
    // A download that is resumed starts in the middle: only what is done from here on tells the pace.
    if (work === undefined || done < work.from) works.set(what, work = { since: time, from: done, last: -Infinity });
    if (time - work.last < 100 && done < total) return;
    work.last = time;
    const pace = (done - work.from) / (time - work.since);
    const secondsLeft = pace > 0 && Number.isFinite(pace) ? (total - done) / pace / 1000 : undefined;
    report?.({ what, done, total, unit, secondsLeft: done >= total ? 0 : secondsLeft });
  };
}
