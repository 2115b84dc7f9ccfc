/** What the option `guidance.by` names. A file of its own: it is read before anything else is loaded. */

/** How a recipe names a snapshot by when it was. */
const moment = /^([1-9]\d*) (epoch|step)s?$/;

/** What `by` names: a snapshot of the same run, by its age or when it was, or another model by its path. */
export type Guiding =
  | { readonly from: "earlier" }
  | { readonly from: "epoch" | "step"; readonly number: number }
  | { readonly from: "path"; readonly path: string };

/** What the option `by` names; undefined for `class` and where it is left out: then the model itself does. */
export function guidingOf(by: string | undefined): Guiding | undefined {
  if (by === undefined || by === "class") return undefined;
  if (by === "earlier") return { from: "earlier" };
  const [, number, unit] = moment.exec(by) ?? [];
  if (number !== undefined) return { from: unit as "epoch" | "step", number: Number(number) };
  return { from: "path", path: by };
}
