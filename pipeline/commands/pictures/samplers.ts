/** Samplers that a picture asks for: those of the recipe, or others, with options of its own. */
import { parse } from "yaml";
import type { Stage } from "../../graph/types.ts";
import { samplersMissing } from "../../problems/messages/run.ts";
import { DenoiseError, type Problem } from "../../problems/problem.ts";
import { charactersIn, overridesFile, placeIn } from "../../problems/source.ts";
import type { Change, Recipe } from "../../recipe/types.ts";
import { short } from "../../recipe/write.ts";
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

type Awaitable<T> = T | Promise<T>;

/** A loaded model, and the samplers in the order asked for. Disposing of it frees the device. */
export interface ModelWithSamplers extends AsyncDisposable {
  readonly model: Model;
  readonly samplers: readonly Stage<"sampler">[];
}

/**
 * Loads a model with samplers that its recipe need not have: they are checked as if it had.
 *
 * @param requests the samplers; a function of the recipe where they depend on it
 * @param changesFor values in place of the recipe's
 * @throws {DenoiseError} as `loadModel` does
 */
export async function loadWithSamplers(
  target: string,
  requests: readonly SamplerRequest[] | ((recipe: Recipe) => Awaitable<readonly SamplerRequest[]>),
  options: LoadOptions,
  console: Console,
  changesFor: (recipe: Recipe) => readonly Change[] = () => [],
): Promise<ModelWithSamplers> {
  let names: string[] = [];
  const model = await loadModel(target, options, console, async (recipe) => {
    const wanted = typeof requests === "function" ? await requests(recipe) : requests;
    await checkSamplers(recipe, wanted);
    names = wanted.map((_, i) => pictureSampler(i));
    const samplers = wanted.map((request, i) => ({ path: ["samplers", names[i]!], value: stageOf(recipe, request) }));
    return [...samplers, ...changesFor(recipe)];
  });
  return {
    model,
    samplers: names.map((name) => model.session.graph.sampler(name)),
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
  };
}

/** The name that a recipe gets for the sampler at a place of the requests. */
export const pictureSampler = (index: number): string => `picture-${index + 1}`;

/**
 * Checks each sampler once, however many numbers of steps it is asked for with.
 *
 * @throws {DenoiseError} that shows it as it was typed
 */
async function checkSamplers(recipe: Recipe, requests: readonly SamplerRequest[]): Promise<void> {
  const byText = new Map(requests.map((request) => [request.text, request]));
  const problems: Problem[] = [];
  for (const [text, request] of byText) {
    try {
      await recipe.with([{ path: ["samplers", pictureSampler(0)], value: stageOf(recipe, request) }]);
    } catch (error) {
      if (!(error instanceof DenoiseError) || text === undefined) throw error;
      problems.push(...error.problems.map((problem) => asTyped(problem, text)));
    }
  }
  if (problems.length > 0) throw new DenoiseError(problems);
}

/** A problem with a sampler, at what was typed: the recipe is given it under a name that nobody knows. */
function asTyped(problem: Problem, text: string): Problem {
  const place = placeIn(text, { file: overridesFile, line: 1, column: 1, length: charactersIn(text) });
  return { ...problem, message: problem.message.replaceAll(`samplers.${pictureSampler(0)}`, "the sampler"), place };
}

/** What a recipe would say for a sampler. */
export function stageOf({ resolved }: Recipe, { text, options = {} }: SamplerRequest): unknown {
  const own = resolved.samplers as Record<string, unknown> | undefined ?? {};
  const [first] = Object.keys(own);
  const name = text ?? first;
  if (name === undefined) throw new DenoiseError(samplersMissing());
  const value = Object.hasOwn(own, name) ? own[name] : yaml(name);
  const stage = asStage(value);
  if (stage === undefined) return value ?? name; // not a stage: the recipe says what is wrong with it
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...stage, ...Object.fromEntries(given) };
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
    !except.includes(name) && value !== undefined &&
    short(value) !== short(Object.hasOwn(defaults, name) ? defaults[name] : false)
  ).map(([name, value]) => {
    const words = name.replaceAll("_", " ");
    return value === true ? words : value === false ? `not ${words}` : `${words} ${short(value)}`;
  });
  return [plugin.name, ...said].join(", ");
}
