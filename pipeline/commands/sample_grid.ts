/** The grid of what is sampled. */
import { drawFigure, layOut, type Picture } from "../../lib/image/mod.ts";
import type { Chosen } from "./classes.ts";
import type { SampleOptions } from "./sample.ts";
import { labelled } from "./seeds.ts";

/** All pictures in one, as near to a square as it gets. */
export async function gridOf(
  pictures: readonly Picture[],
  seeds: readonly number[],
  { labels = false, scale, smooth = false, names, columns }: SampleOptions & Pick<Chosen, "names" | "columns">,
): Promise<Picture> {
  const look = { smooth, ...(scale === undefined ? {} : { scale }) };
  if (columns !== undefined) {
    const { rows, captions } = labelled(pictures, seeds, columns);
    const rowLabels = rows.map((_, i) => names![i * columns]!);
    return await drawFigure({ rows, rowLabels, ...(labels ? { captions } : {}), ...look });
  }
  if (!labels) return layOut(pictures, look);
  return await drawFigure({ ...labelled(pictures, seeds, Math.ceil(Math.sqrt(pictures.length))), ...look });
}
