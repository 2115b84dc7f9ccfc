/** Picture `samplers`: what several samplers make of the same noise in as many evaluations of the network. */
import { drawFigure, type Picture } from "../../../lib/image/mod.ts";
import type { Stage } from "../../graph/types.ts";
import { printModel } from "../options.ts";
import { seedsOf, seedsText } from "../seeds.ts";
import type { Console } from "../../terminal/console.ts";
import { stagesOf } from "../../recipe/of_kind.ts";
import { evaluationsOf } from "../../programs/evaluations.ts";
import { evaluationRequests } from "./evaluations.ts";
import { generatePictures, inLines, type PictureOptions, type PictureResult } from "./options.ts";
import { fileFor, savePicture } from "./save.ts";
import { loadWithSamplers, samplerLabel } from "./samplers.ts";

/** What to draw. */
export interface SamplersPictureOptions extends PictureOptions {
  /** Samplers, a row each, as `SamplerRequest`s name them. Default: all of the recipe. */
  readonly samplers?: readonly string[];
  /** Network evaluations of a picture, a group of columns each. Default 5, 10, 20, 40. */
  readonly evaluations?: readonly number[];
  /** Noises, a column of each group. Default: one for each seed of a list, else 3. */
  readonly columns?: number;
}

/** Draws a row for each sampler and a group of columns for each number of evaluations, all from the same noises. */
export async function samplersPicture(
  target: string,
  options: SamplersPictureOptions,
  console: Console,
): Promise<PictureResult> {
  const { evaluations = [5, 10, 20, 40] } = options;
  const seeds = seedsOf(options.seed, { option: "columns", given: options.columns, otherwise: 3 }, options.overrides);
  fileFor(options.out, "a picture", "samplers.png");
  await using loaded = await loadWithSamplers(
    target,
    (recipe) => {
      const texts = options.samplers ?? stagesOf(recipe, "sampler").map(({ path }) => String(path[1]));
      return evaluationRequests(recipe, texts, evaluations);
    },
    options,
    console,
  );
  const { model } = loaded;
  const file = fileFor(options.out, "a picture", "samplers.png", model.folder);
  const samplers = inRows(loaded.samplers, evaluations.length);
  printModel(console, model.path, samplers.map(([first]) => samplerLabel(first!)).join("; "));
  const rows: Picture[][] = [];
  for (const row of samplers) {
    const pictures: Picture[] = [];
    for (const sampler of row) pictures.push(...await generatePictures(model, sampler, seeds, options));
    rows.push(pictures);
  }
  const figure = {
    title: "Samplers at equal numbers of network evaluations",
    subtitle: `${model.session.graph.recipe.name}, ${seedsText(seeds)}: each column begins with one noise`,
    columnsTitle: "network evaluations",
    columnGroups: evaluations.map((each) => ({ label: String(each), columns: seeds.length })),
    columnLabels: evaluations.flatMap(() => seeds.map((seed) => `seed ${seed}`)),
    rowLabels: samplers.map((row) => inLines(`${samplerLabel(row[0]!)}\n${stepsOf(row, evaluations)}`)),
    rows,
  };
  await savePicture(file, await drawFigure(figure), console);
  return { file };
}

/** `5, 10, 20 steps`, and the evaluations where they are not those of the columns. */
export function stepsOf(samplers: readonly Stage<"sampler">[], evaluations: readonly number[]): string {
  const steps = `${samplers.map(({ stage }) => stage.steps).join(", ")} steps`;
  const own = samplers.map(evaluationsOf);
  return own.every((each, i) => each === evaluations[i]) ? steps : `${steps}\n${own.join(", ")} evaluations`;
}

const inRows = <T>(all: readonly T[], columns: number) =>
  Array.from({ length: all.length / columns }, (_, i) => all.slice(i * columns, (i + 1) * columns));
