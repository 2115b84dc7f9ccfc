/** Samplers that a picture asks for: those of the recipe, or others, with options of its own. */
import { parse } from "yaml";
import type { Graph, Stage } from "../../graph/types.ts";
import { samplersMissing } from "../../problems/messages/run.ts";
import { DenoiseError } from "../../problems/problem.ts";
import { loadModel, type LoadOptions, type Model } from "../../run/load.ts";
import type { Console } from "../../terminal/console.ts";

/** A sampler that a picture needs. */
export interface SamplerRequest {
  /**
   * The name of one of the recipe's samplers, of a plugin, or a stage as a recipe writes it, such as
   * `{ use: ddim, stochasticity: 1 }`. Default: the recipe's first.
   */
  readonly text?: string | undefined;
  /** Options in place of its own. Undefined ones stay as they are. */
  readonly options?: Readonly<Record<string, number | undefined>>;
}

/** A loaded model, and the samplers in the order asked for. Disposing of it frees the device. */
export interface ModelWithSamplers extends AsyncDisposable {
  readonly model: Model;
  readonly samplers: readonly Stage<"sampler">[];
}

/**
 * Loads a model with samplers that its recipe need not have: they are checked as if it had.
 *
 * @param requests the samplers; a function of the graph where they depend on the recipe
 * @param change further overrides
 * @throws {DenoiseError} as `loadModel` does
 */
export async function loadWithSamplers(
  target: string,
  requests: readonly SamplerRequest[] | ((graph: Graph) => readonly SamplerRequest[]),
  options: LoadOptions,
  console: Console,
  change: (graph: Graph) => readonly string[] = () => [],
): Promise<ModelWithSamplers> {
  let names: string[] = [];
  const model = await loadModel(target, options, console, (graph) => {
    const wanted = typeof requests === "function" ? requests(graph) : requests;
    names = wanted.map((_, i) => pictureSampler(i));
    return [...wanted.map((request, i) => `samplers.${names[i]}=${stageText(graph, request)}`), ...change(graph)];
  });
  return {
    model,
    samplers: names.map((name) => model.session.graph.sampler(name)),
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
  };
}

/** The name that a recipe gets for the sampler at a place of the requests. */
export const pictureSampler = (index: number): string => `picture-${index + 1}`;

/** A sampler as the value of an override, on one line. */
function stageText(graph: Graph, { text, options = {} }: SamplerRequest): string {
  const stage = stageOf(graph, text);
  if (stage === undefined) return text!; // no stage: the recipe says what is wrong with it
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return JSON.stringify({ ...stage, ...Object.fromEntries(given) });
}

/** What a recipe would say for a sampler; undefined when a text is none. */
function stageOf(graph: Graph, text: string | undefined): Record<string, unknown> | undefined {
  const own = graph.recipe.resolved.samplers as Record<string, unknown> | undefined ?? {};
  if (text === undefined) {
    const first = Object.keys(own)[0];
    if (first === undefined) throw new DenoiseError(samplersMissing());
    return asStage(own[first]);
  }
  return asStage(Object.hasOwn(own, text) ? own[text] : yaml(text));
}

function asStage(value: unknown): Record<string, unknown> | undefined {
  if (typeof value === "string") return { use: value };
  return value !== null && typeof value === "object" && !Array.isArray(value) ? { ...value } : undefined;
}

function yaml(text: string): unknown {
  try {
    return parse(text, { logLevel: "silent" });
  } catch {
    return undefined;
  }
}

/** `ddim`, `ddim, stochasticity 1, not variance preserving`: the plugin, and its options that are not the default. */
export function samplerLabel({ plugin, options }: Stage<"sampler">, except: readonly string[] = ["steps"]): string {
  const defaults: Record<string, unknown> = plugin.options.safeParse({}).data ?? {};
  const said = Object.entries(options).filter(([name, value]) =>
    !except.includes(name) && value !== undefined && value !== (Object.hasOwn(defaults, name) ? defaults[name] : false)
  ).map(([name, value]) => {
    const words = name.replaceAll("_", " ");
    return value === true ? words : value === false ? `not ${words}` : `${words} ${value}`;
  });
  return [plugin.name, ...said].join(", ");
}
