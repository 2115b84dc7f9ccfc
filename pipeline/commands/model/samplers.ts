/** The samplers of a loaded model, each made and compiled once; those used last are kept. */
import { wire } from "../../graph/wire.ts";
import type { Graph, Stage } from "../../graph/types.ts";
import { samplerNeither } from "../../problems/messages/model.ts";
import { samplersMissing } from "../../problems/messages/run.ts";
import { DenoiseError } from "../../problems/problem.ts";
import { buildGenerate, type Generate } from "../../programs/generate.ts";
import type { State } from "../../../lib/tensor/mod.ts";
import type { Guides } from "../../run/guides.ts";
import type { PluginSource } from "../../recipe/types.ts";
import type { Backend } from "../../kinds/backend.ts";
import { samplerFrom } from "../from_picture.ts";
import type { SamplerStage } from "./request.ts";

/** A sampler with its programs. */
export interface ReadySampler {
  readonly stage: Stage<"sampler">;
  /** With the weights of the model that guides, where there is one. */
  readonly generate: Generate;
}

/** What guides samplers of a model with these weights. */
export interface GuidedBy {
  readonly guides: Guides;
  readonly average: State;
}

/** Samplers that are kept with their programs. */
const mostKept = 16;

/** Samplers by what was asked for. Programs of the same text are compiled once, whatever sampler they belong to. */
export class ModelSamplers {
  readonly #kept = new Map<string, Promise<ReadySampler>>();
  readonly #own: readonly string[];

  constructor(
    readonly graph: Graph,
    readonly backend: Backend,
    readonly plugins: PluginSource,
    readonly guided: GuidedBy,
  ) {
    this.#own = graph.all("sampler").map(({ path }) => String(path[1]));
  }

  /** Refuses a name that means nothing, and a model without samplers. */
  check(sampler: string | SamplerStage | undefined): void {
    if (sampler === undefined && this.#own.length === 0) throw new DenoiseError(samplersMissing());
    if (typeof sampler !== "string" || this.#own.includes(sampler)) return;
    const plugins = this.plugins.names("sampler");
    if (!plugins.includes(sampler)) throw new DenoiseError(samplerNeither(sampler, this.#own, plugins));
  }

  /**
   * A sampler in a number of steps; from a picture, the part of them that a strength takes.
   *
   * @throws {DenoiseError} for options that its plugin refuses, and where it cannot start from a picture
   */
  ready(
    sampler: string | SamplerStage | undefined,
    steps: number | undefined,
    strength?: number,
  ): Promise<ReadySampler> {
    const key = JSON.stringify([sampler ?? this.#own[0], steps, strength]);
    const known = this.#kept.get(key) ?? this.#make(sampler ?? this.#own[0]!, steps, strength);
    this.#kept.delete(key);
    this.#kept.set(key, known); // the last that was used
    known.catch(() => this.#kept.delete(key));
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > mostKept) this.#kept.delete(oldest!);
    return known;
  }

  async #make(
    sampler: string | SamplerStage,
    steps: number | undefined,
    strength: number | undefined,
  ): Promise<ReadySampler> {
    const { graph } = this;
    const name = typeof sampler === "string" ? sampler : "requested";
    const own = this.#own.includes(name) && typeof sampler === "string" ? graph.sampler(name) : undefined;
    const whole = own !== undefined && (steps === undefined || steps === own.stage.steps)
      ? own
      : await this.#wired(name, own, sampler, steps);
    const stage = strength === undefined ? whole : samplerFrom(whole, strength);
    const guide = await this.guided.guides.forModel(stage, this.guided.average);
    const generate = buildGenerate(this.backend, graph, stage, guide?.graph);
    return { stage, generate: (options) => generate({ ...options, guide: guide?.weights }) };
  }

  async #wired(
    name: string,
    own: Stage<"sampler"> | undefined,
    sampler: string | SamplerStage,
    steps: number | undefined,
  ): Promise<Stage<"sampler">> {
    const { recipe } = this.graph;
    const given = steps === undefined ? {} : { steps };
    const change = own === undefined
      ? { path: ["samplers", name], value: { ...(typeof sampler === "string" ? { use: sampler } : sampler), ...given } }
      : { path: [...own.path, "steps"], value: steps };
    return (await wire(await recipe.with([change]), { training: false })).sampler(name);
  }
}
