/** Times for people. */
import { counted } from "../../terminal/units.ts";

/** `28 Nov 2026, 06:12` where the clock of this machine is; any other text as it is. */
export function localTime(time: Date | string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return String(time);
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" }).format(date);
}

/** The time zone that `localTime` speaks of, such as `Europe/Berlin`. */
export function timeZone(): string {
  return new Intl.DateTimeFormat("en-GB").resolvedOptions().timeZone;
}

/** `2 hours` from one time to another, roughly; undefined where one is something else, or they are in the wrong order. */
export function between(from: Date | string, to: Date): string | undefined {
  const minutes = (to.getTime() - new Date(from).getTime()) / 60_000;
  if (!(minutes >= 0)) return undefined;
  if (minutes < 1) return "less than a minute";
  if (minutes < 90) return counted(Math.round(minutes), "minute");
  if (minutes < 36 * 60) return counted(Math.round(minutes / 60), "hour");
  return counted(Math.round(minutes / 60 / 24), "day");
}
