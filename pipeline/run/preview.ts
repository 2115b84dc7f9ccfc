/** The picture of samples that training draws, from the same noise each time. */
import { join } from "node:path";
import { writeWhole } from "../../lib/files/mod.ts";
import { grid } from "../../lib/image/mod.ts";
import type { State } from "../../lib/tensor/mod.ts";
import { stepName } from "./checkpoint.ts";
import type { StepEnd } from "./interval.ts";
import type { RunFolder } from "./run_folder.ts";
import { samplePictures } from "./sample_pictures.ts";
import type { Session } from "./session.ts";
import type { PreviewEvent } from "./train_event.ts";

/** The file of a picture, and its bytes. */
export type Preview = Pick<PreviewEvent, "file" | "png">;

/** Writes a grid of pictures: those that `sample` generates for the seeds from 0 on. */
export async function drawPreview(
  session: Session,
  folder: RunFolder,
  { epoch, step, epochEnded }: StepEnd,
  { average, classes }: { average: State; classes: readonly string[] | undefined },
): Promise<Preview> {
  const { graph } = session;
  const { rows, columns, sampler } = graph.recipe.train.samples;
  const pictures = await Array.fromAsync(samplePictures(session, {
    sampler: sampler === undefined ? graph.all("sampler")[0]! : graph.sampler(sampler),
    average,
    seeds: Array.from({ length: rows * columns }, (_, i) => i),
    batch: graph.one("dataset").options.batch_size,
    classes,
  }));
  const name = epochEnded ? `epoch-${String(epoch).padStart(3, "0")}.png` : `${stepName(step)}.png`;
  const file = join(folder.samples, name);
  const png = await grid(pictures, { rows, columns });
  await writeWhole(file, png);
  return { file, png };
}
