/** What training, sampling and evaluating share: a started backend, and generators compiled once each. */
import type { TensorRecord } from "../../tensor/mod.ts";
import { openPictures, type Pictures, type Progress } from "../data/mod.ts";
import { meter } from "../data/progress.ts";
import type { Graph, Stage } from "../graph/types.ts";
import type { Backend } from "../kinds/backend.ts";
import type { Console } from "../terminal/console.ts";
import { count, duration } from "../terminal/units.ts";
import { buildGenerate, type Generate } from "./generate.ts";

/** A graph on a device. */
export interface Session {
  readonly graph: Graph;
  readonly backend: Backend;
  readonly console: Console;
  /** The generator of a sampler. */
  generate(sampler: Stage<"sampler">): Generate;
  /** Fitted by the normalizer. */
  readonly statistics: TensorRecord;
  readonly signal: AbortSignal;
}

/** Compiles each sampler once, however often it is used. */
export function generators(backend: Backend, graph: Graph): Session["generate"] {
  const made = new Map<string, Generate>();
  return (stage) => {
    const known = made.get(stage.id) ?? buildGenerate(backend, graph, stage);
    made.set(stage.id, known);
    return known;
  };
}

/** Opens the graph's dataset, with progress on the console. */
export async function openData(
  graph: Graph,
  console: Console,
  options: { signal: AbortSignal; cache?: string | undefined },
): Promise<Pictures> {
  const stage = graph.one("dataset");
  const { recipe } = graph;
  try {
    return await openPictures(stage.stage, {
      name: stage.plugin.name,
      signal: options.signal,
      ...(options.cache === undefined ? {} : { cache: options.cache }),
      progress: (progress) => console.progress(shown(progress)),
      warn: (message) => console.warn(message),
      problem: (text, option) => recipe.problem(option === undefined ? stage.path : [...stage.path, option], text),
    });
  } finally {
    console.endProgress();
  }
}

/** Shows work that has steps, with the time that is left. */
export function showWork(console: Console, what: string, unit: string): (done: number, total: number) => void {
  const report = meter((progress) => console.progress(shown(progress)));
  return (done, total) => report(what, done, total, unit);
}

function shown({ what, done, total, unit, secondsLeft }: Progress) {
  const amount = (n: number) => (Number.isInteger(total) ? count(n) : n.toFixed(1));
  const left = secondsLeft === undefined || done >= total ? [] : [`${duration(secondsLeft)} left`];
  return { label: what, done, total, details: [`${amount(done)} of ${amount(total)} ${unit}`, ...left] };
}
