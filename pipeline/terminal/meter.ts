/** Progress of long work, with the time left. */
import type { Progress } from "./bar.ts";
import { count, duration } from "./units.ts";

/**
 * Adds the time left to reports of progress, and passes on at most ten a second, always the first and the last.
 *
 * @param now milliseconds
 * @returns takes what is done, such as `"downloading", 12.5, 63, "MB"`
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
    // The first bytes of a download wait for the server: their pace says nothing of the rest.
    const tells = done - work.from >= (total - work.from) / 1000;
    const known = tells && done < total && pace > 0 && Number.isFinite(pace);
    const left = known ? [`${duration((total - done) / pace / 1000)} left`] : [];
    const amount = (n: number) => (Number.isInteger(total) ? count(n) : n.toFixed(1));
    report?.({ label: what, done, total, details: [`${amount(done)} of ${amount(total)} ${unit}`, ...left] });
  };
}
