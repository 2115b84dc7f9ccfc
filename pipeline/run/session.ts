/** What training, sampling and evaluating share: a started backend, and generators compiled once each. */
import { isExplained, refusalOf } from "../../lib/files/mod.ts";
import type { TensorRecord } from "../../lib/tensor/mod.ts";
import { visible } from "../../lib/text/mod.ts";
import { openPictures, type Pictures } from "../data/mod.ts";
import { failure } from "../graph/create.ts";
import type { Graph, Stage } from "../graph/types.ts";
import type { Backend } from "../kinds/backend.ts";
import type { Dataset, OpenDataset, OpenTools } from "../kinds/dataset.ts";
import { listed } from "../problems/messages/text.ts";
import { DenoiseError } from "../problems/problem.ts";
import type { Recipe } from "../recipe/types.ts";
import type { Console } from "../terminal/console.ts";
import { meter } from "../terminal/meter.ts";
import { untrustedAddress, withAddress } from "./downloads.ts";
import type { Guides } from "./guides.ts";
import { buildGenerate, type Generate, type GenerateOptions } from "../programs/generate.ts";

/** A graph on a device. */
export interface Session {
  readonly graph: Graph;
  readonly backend: Backend;
  readonly console: Console;
  /** The models that guide its samplers. */
  readonly guides: Guides;
  /** Images of a sampler; each sampler is compiled once. */
  generate(sampler: Stage<"sampler">, options: GenerateOptions): ReturnType<Generate>;
  /** Fitted by the normalizer. */
  readonly statistics: TensorRecord;
  readonly signal: AbortSignal;
}

/** `Session.generate`: compiles each sampler once, however often it is used, and loads what it is guided by. */
export function generator(backend: Backend, graph: Graph, guides: Guides): Session["generate"] {
  const made = new Map<string, Generate>();
  return async function* (stage, options) {
    const found = await guides.of(stage, options.state);
    const [own, guide, by] = found === "none yet" ? [unguided(stage), undefined, found] : [stage, found, found?.path];
    const key = `${stage.id} ${by}`;
    const generate = made.get(key) ?? buildGenerate(backend, graph, own, guide?.graph);
    made.set(key, generate);
    yield* generate({ ...options, guide: guide?.weights });
  };
}

/** A sampler without its guidance. */
const unguided = (stage: Stage<"sampler">): Stage<"sampler"> => ({
  ...stage,
  id: `${stage.id} unguided`,
  options: { ...stage.options, guidance: undefined },
});

/** Opens the graph's dataset, with progress on the console. */
export async function openData(
  graph: Graph,
  console: Console,
  options: { signal: AbortSignal; cache?: string | undefined },
): Promise<Pictures> {
  const stage = graph.one("dataset");
  const { recipe } = graph;
  const address = untrustedAddress(recipe, stage);
  try {
    const dataset: Dataset = { image: stage.stage.image, open: (tools) => openStage(recipe, stage, tools) };
    return await openPictures(dataset, {
      name: stage.plugin.name,
      signal: options.signal,
      download: address === undefined,
      ...(options.cache === undefined ? {} : { cache: options.cache }),
      progress: (progress) => console.progress(progress),
      warn: (message) => console.warn(visible(message)),
      problem: (text, option) => recipe.problem(option === undefined ? stage.path : [...stage.path, option], text),
    });
  } catch (error) {
    throw withAddress(error, address);
  } finally {
    console.endProgress();
  }
}

/** Opens a dataset; what goes wrong in its plugin is said as that of `create` is. */
async function openStage(recipe: Recipe, stage: Stage<"dataset">, tools: OpenTools): Promise<OpenDataset> {
  try {
    const opened = await stage.stage.open(tools);
    const missing = (["fingerprint", "items", "splits", "pixels"] as const).filter((key) =>
      opened?.[key] === undefined
    );
    if (missing.length > 0) throw new TypeError(`What it returns lacks ${listed(missing, "and")}`);
    return opened;
  } catch (error) {
    // Refusals and failed downloads say what to do themselves.
    if (tools.signal.aborted || isExplained(error) || refusalOf(error)) throw error;
    throw new DenoiseError(failure(recipe, stage, "open", error));
  }
}

/** Shows work that has steps, with the time that is left. */
export function showWork(console: Console, what: string, unit: string): (done: number, total: number) => void {
  const report = meter((progress) => console.progress(progress));
  return (done, total) => report(what, done, total, unit);
}
