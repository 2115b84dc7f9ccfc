/** What a report calls the numbers of a run. */
import type { MeasuredNumber } from "../../run/measure.ts";

/** What is known of a number that is measured. */
export type Told = Pick<MeasuredNumber, "label" | "better" | "plugin">;

/**
 * `Validation error: noise` and `Lower is better.` for the number `noise` of `validation-error`. A number that the recipe
 * no longer measures has its bare name.
 */
export function describeNumber(
  name: string,
  numbers: readonly Told[],
): { title: string; better: Told["better"] | undefined; text: string } {
  const found = numbers.find(({ label }) => label === name);
  if (found === undefined) return { title: name, better: undefined, text: "" };
  const { plugin, better } = found;
  const words = plugin.replaceAll("-", " ");
  const title = name.startsWith(plugin) ? name : `${words[0]!.toUpperCase()}${words.slice(1)}: ${name}`;
  return { title, better, text: better === "lower" ? "Lower is better." : "Higher is better." };
}
