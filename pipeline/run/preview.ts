/** The picture of samples that training draws, from the same noise each time. */
import { join } from "node:path";
import { writeWhole } from "../../lib/files/mod.ts";
import { drawFigure, encodePng, grid, type Picture } from "../../lib/image/mod.ts";
import type { State } from "../../lib/tensor/mod.ts";
import { stepName } from "./checkpoint.ts";
import type { StepEnd } from "./due.ts";
import type { RunFolder } from "./run_folder.ts";
import { samplePictures } from "./sample_pictures.ts";
import type { Session } from "./session.ts";
import type { PreviewEvent } from "./train_event.ts";

/** The file of a picture, and its bytes. */
export type Preview = Pick<PreviewEvent, "file" | "png">;

/**
 * Writes a grid of pictures: those that `sample` generates for the seeds from 0 on; where the recipe asks for all classes,
 * a row of each.
 */
export async function drawPreview(
  session: Session,
  folder: RunFolder,
  { epoch, step, epochEnded }: StepEnd,
  { average, classes }: { average: State; classes: readonly string[] | undefined },
): Promise<Preview> {
  const { graph } = session;
  const { rows, columns, sampler, classes: which } = graph.recipe.train.samples;
  const rowOf = which === "all" ? classes : undefined; // a class each
  const count = columns * (rowOf?.length ?? rows);
  const seeds = Array.from({ length: count }, (_, i) => rowOf === undefined ? i : i % columns);
  const pictures = await Array.fromAsync(samplePictures(session, {
    sampler: sampler === undefined ? graph.all("sampler")[0]! : graph.sampler(sampler),
    average,
    seeds,
    batch: graph.one("dataset").options.batch_size,
    classes,
    ...(rowOf === undefined ? {} : { labels: seeds.map((_, i) => Math.floor(i / columns)) }),
  }));
  const name = epochEnded ? `epoch-${String(epoch).padStart(3, "0")}.png` : `${stepName(step)}.png`;
  const file = join(folder.samples, name);
  const png = rowOf === undefined
    ? await grid(pictures, { rows, columns })
    : await encodePng(await drawFigure(labelledRows(pictures, rowOf, columns)));
  await writeWhole(file, png);
  return { file, png };
}

function labelledRows(pictures: readonly Picture[], names: readonly string[], columns: number) {
  return { rows: names.map((_, row) => pictures.slice(row * columns, (row + 1) * columns)), rowLabels: names };
}
