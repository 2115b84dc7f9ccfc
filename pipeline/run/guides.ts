/** The models that guide samplers: snapshots of the same run, and other runs. */
import { basename } from "node:path";
import { disposeTree, type State, type TensorRecord } from "../../lib/tensor/mod.ts";
import type { Graph, Stage } from "../graph/types.ts";
import { wire } from "../graph/wire.ts";
import type { Backend } from "../kinds/backend.ts";
import { isGuided } from "../kinds/guidance.ts";
import type { Recipe } from "../recipe/types.ts";
import { type Guiding, guidingOf } from "../kinds/guiding.ts";
import * as messages from "../problems/messages/guides.ts";
import { DenoiseError, type Problem } from "../problems/problem.ts";
import { warning } from "../problems/warning.ts";
import type { GuideWeights } from "../programs/sampler_step.ts";
import type { Console } from "../terminal/console.ts";
import { nearest } from "../terminal/nearest.ts";
import { row } from "../terminal/rows.ts";
import { count } from "../terminal/units.ts";
import { findCheckpoint } from "./checkpoint.ts";
import { guideDifferences } from "./guide_fit.ts";
import { drawingSamplers } from "./guide_moments.ts";
import { earlierMoment, type Moment, momentsOf } from "./moments.ts";
import { restored, weightsOf } from "./restore.ts";

/** A model that guides. */
export interface Guide {
  /** What its weights are for. */
  readonly graph: Graph;
  /** Its average weights and statistics. They belong to `Guides`. */
  readonly weights: GuideWeights;
  /** Its file. */
  readonly path: string;
}

/** The model that is guided. */
export interface GuidedModel {
  readonly graph: Graph;
  readonly backend: Backend;
  readonly console: Console;
  /** Fitted by the normalizer. */
  readonly statistics: TensorRecord;
  /** Names of the classes, where the data have some. */
  readonly classes: readonly string[] | undefined;
  /** The run folder, if it is known. */
  readonly folder: string | undefined;
  /** What the model was read from, for what is wrong with it. */
  readonly path: string;
  /** Whether it is still trained: there may be nothing earlier yet. */
  readonly training: boolean;
}

/** A model that is not there may be a misspelt word, or a moment in another form. */
function withWord(problem: Problem, guiding: Guiding): Problem {
  if (guiding.from !== "path" || problem.code !== "checkpoint-missing") return problem;
  const name = basename(guiding.path);
  if (/^[\d.,+-]+\s*\p{Letter}*$/u.test(name)) return { ...problem, help: [...problem.help, messages.guides] };
  const word = nearest(name, ["earlier", "class"]);
  return word === undefined ? problem : { ...problem, help: [`did you mean ${word}?`, ...problem.help] };
}

/** What went wrong with a model that guides, at the option that names it. */
function atOption(error: unknown, recipe: Recipe, { path }: Stage<"sampler">, guiding: Guiding): unknown {
  if (!(error instanceof DenoiseError)) return error;
  const at = [...path, "guidance", "by"];
  return new DenoiseError(
    error.problems.map((problem) =>
      problem.place === undefined ? recipe.problem(at, withWord(problem, guiding)) : problem
    ),
  );
}

/**
 * Finds the other models that guide what a training draws, without loading one.
 *
 * @throws {DenoiseError} at the option, where there is no such model
 */
export async function findGuides(graph: Graph): Promise<void> {
  for (const stage of drawingSamplers(graph)) {
    const { guidance } = stage.options;
    const guiding = isGuided(guidance) ? guidingOf(guidance.by) : undefined;
    if (guiding?.from !== "path") continue;
    await findCheckpoint(guiding.path, () => {}).catch((error) => {
      throw atOption(error, graph.recipe, stage, guiding);
    });
  }
}

/** Finds the models that guide the samplers of a model, and keeps each on the device. */
export class Guides implements AsyncDisposable {
  readonly #model: GuidedModel;
  readonly #loaded = new Map<string, Promise<Guide>>();
  /** Updates of the model that is guided. */
  #step: number;
  #toldNone = false;
  /** The last snapshot that guided in this training. */
  #before: string | undefined;

  constructor(model: GuidedModel, step: number) {
    this.#model = model;
    this.#step = step;
  }

  /** Says how far training has come: what is earlier depends on it. */
  reached(step: number): void {
    this.#step = step;
  }

  /**
   * The model that guides a sampler; undefined where none does.
   *
   * @param like weights of the model that is guided, for their names and shapes
   * @returns "none yet" while a training has come no further than its first snapshots
   * @throws {DenoiseError} at the option, where there is no such model, or it does not fit
   */
  async of(stage: Stage<"sampler">, like: State): Promise<Guide | "none yet" | undefined> {
    const { guidance } = stage.options;
    const guiding = isGuided(guidance) ? guidingOf(guidance.by) : undefined;
    if (guiding === undefined) return undefined;
    const { recipe } = this.#model.graph;
    try {
      if (guiding.from === "path") return await this.#once(guiding.path, () => this.#another(guiding.path, stage));
      const moment = await this.#moment(guiding);
      if (moment === undefined) {
        this.#sayNone(stage.id, guidance!.by!);
        return "none yet";
      }
      return await this.#once(moment.path, () => this.#snapshot(moment, like), this.#model.training);
    } catch (error) {
      throw atOption(error, recipe, stage, guiding);
    }
  }

  /** The same for a model that is not trained: what is earlier is there, or it is refused. */
  async forModel(stage: Stage<"sampler">, like: State): Promise<Guide | undefined> {
    const guide = await this.of(stage, like);
    return guide === "none yet" ? undefined : guide;
  }

  /** Loads what the pictures and the metrics of a training are guided by, but for its own snapshots: to be refused at once. */
  async check(): Promise<void> {
    for (const stage of drawingSamplers(this.#model.graph)) {
      if (guidingOf(stage.options.guidance?.by)?.from === "path") await this.of(stage, { trainable: {}, buffers: {} });
    }
  }

  /** Frees the weights. */
  async [Symbol.asyncDispose](): Promise<void> {
    const all = await Promise.allSettled(this.#loaded.values());
    this.#loaded.clear();
    for (const guide of all) if (guide.status === "fulfilled") disposeTree(guide.value.weights);
  }

  /** Loads what is not loaded. `moving`: a snapshot of a training, which takes the place of the one before. */
  async #once(path: string, load: () => Promise<Guide>, moving = false): Promise<Guide> {
    const known = this.#loaded.get(path) ?? load();
    if (moving && !this.#loaded.has(path) && this.#before !== undefined) {
      this.#loaded.get(this.#before)?.then(({ weights }) => disposeTree(weights), () => {});
      this.#loaded.delete(this.#before);
    }
    if (moving) this.#before = path;
    this.#loaded.set(path, known);
    known.catch(() => this.#loaded.delete(path));
    return await known;
  }

  /** The snapshot that is meant; undefined where a training may still come to have it. */
  async #moment(guiding: { readonly from: "earlier" } | { readonly from: "epoch" | "step"; readonly number: number }) {
    const { folder, path, training } = this.#model;
    if (folder === undefined) throw new DenoiseError(messages.guideWithoutRun(path));
    // Which checkpoints there are depends on where a training was stopped, and what it measures must not.
    const which = { epochs: guiding.from === "epoch", checkpoints: !training };
    const moments = await momentsOf(folder, this.#step, which);
    if (guiding.from === "earlier") {
      const found = earlierMoment(moments, this.#step);
      if (found !== undefined || training) return found;
      throw new DenoiseError(messages.guideEarlierMissing(folder, this.#step, moments.map(({ step }) => step)));
    }
    const { from, number } = guiding;
    const found = moments.find((moment) => moment[from] === number);
    const passed = moments.some((moment) => moment[from] > number) || (from === "step" && this.#step > number);
    if (found !== undefined || (training && !passed)) return found;
    throw new DenoiseError(messages.guideMomentMissing(folder, from, number, moments.map((moment) => moment[from])));
  }

  async #snapshot({ path, step }: Moment, like: State): Promise<Guide> {
    const { graph, console } = this.#model;
    const { checkpoint } = await findCheckpoint(path, (message) => console.warn(message));
    const needed = { state: { average: like }, statistics: this.#model.statistics };
    const { state: { average }, statistics } = restored({ ...checkpoint, path }, needed);
    this.#say(`${path}, step ${count(step)} of ${count(this.#step)}`);
    return { graph, weights: { average, statistics }, path };
  }

  /** Another run's model, with its own network. */
  async #another(named: string, stage: Stage<"sampler">): Promise<Guide> {
    const { graph: guided, backend, console, statistics, classes } = this.#model;
    const { path, checkpoint } = await findCheckpoint(named, (message) => console.warn(message));
    const graph = await wire(await guided.recipe.another(path), { training: false });
    const weights = await weightsOf(graph, backend, { ...checkpoint, path });
    try {
      const different = await guideDifferences(
        { graph: guided, statistics, classes, sampler: stage },
        { graph, statistics: weights.statistics, classes: checkpoint.position.classes },
      );
      if (different.length > 0) throw new DenoiseError(messages.guideUnfit(path, different));
    } catch (error) {
      disposeTree(weights);
      throw error;
    }
    this.#say(`${path}, step ${count(checkpoint.position.step)}`);
    return { graph, weights, path };
  }

  #say(what: string): void {
    const { console, training } = this.#model;
    if (!training) row(console, "guided by", what);
  }

  /** Once, however often there is none. */
  #sayNone(id: string, by: string): void {
    if (this.#toldNone) return;
    this.#toldNone = true;
    this.#model.console.warn(warning(messages.guideNotYet(id, by)));
  }
}
