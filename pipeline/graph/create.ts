/** Calls a plugin's functions, and turns what goes wrong in them into problems at the right place. */
import { isExplained } from "../../lib/files/explained.ts";
import type { Kind, Kinds, Slot } from "../kinds/mod.ts";
import * as messages from "../problems/messages/graph.ts";
import { lacking } from "../problems/messages/permission.ts";
import { placeInPlugin, placesInError, pluginFile } from "../registry/load_file.ts";
import { DenoiseError, type Problem } from "../problems/problem.ts";
import { pathText } from "../recipe/node.ts";
import type { Recipe, RecipeStage } from "../recipe/types.ts";
import { missingMembers } from "./interfaces.ts";

/** A value, or why there is none. */
export type Attempt<T> = { readonly value: T } | { readonly problems: readonly Problem[] };

/** How a plugin is named in messages, such as `sampler/ddim`. */
export const pluginId = ({ plugin }: RecipeStage): string => `${plugin.kind}/${plugin.name}`;

/** Makes a stage from its plugin, with the slots it asked for and nothing else. */
export async function createStage<K extends Kind>(
  recipe: Recipe,
  stage: RecipeStage<K>,
  slots: Readonly<Partial<Record<Slot, unknown>>>,
): Promise<Attempt<Kinds[K]>> {
  const made = await attempt(recipe, stage, "create", () => created(recipe, stage, slots));
  if ("problems" in made) return made;
  const value: unknown = made.value;
  const id = pluginId(stage);
  const wrong = typeof value !== "object" || value === null
    ? messages.stageMissing(id, stage.kind, value === null ? "null" : typeof value)
    : missingMembers(stage.kind, value).length > 0
    ? messages.stageIncomplete(id, stage.kind, missingMembers(stage.kind, value))
    : undefined;
  if (wrong === undefined) return made;
  return { problems: [inPlugin(recipe, stage, wrong, placeInPlugin(stage.plugin, "create"))] };
}

/**
 * What a plugin makes. Earlier versions took options of which nothing came, and a run that has one shall be used and resumed
 * as it is: there it has its default, as long as nobody has changed the stage.
 */
async function created<K extends Kind>(
  recipe: Recipe,
  stage: RecipeStage<K>,
  slots: Readonly<Partial<Record<Slot, unknown>>>,
  left: readonly string[] = [],
): Promise<Kinds[K]> {
  const { plugin, options } = stage;
  try {
    return await plugin.create(contextOf(stage, slots));
  } catch (error) {
    const option = isExplained(error) && error.unused ? error.option : undefined;
    if (option === undefined || left.includes(option) || !isAsTrained(recipe, stage, option)) throw error;
    const byDefault = plugin.options.shape[option]?.safeParse(undefined).data;
    const without = { ...stage, options: { ...options, [option]: byDefault } };
    return await created(recipe, without, slots, [...left, option]);
  }
}

/** Whether an option is that of a run or a checkpoint, and nothing of its stage was typed. */
function isAsTrained(recipe: Recipe, { path, options }: RecipeStage, option: string): boolean {
  const typed = ["use", ...Object.keys(options)].some((key) => recipe.origin([...path, key]).from === "command line");
  return !typed && recipe.isOfRun([...path, option]);
}

/** Calls a function of a plugin; a refusal or an exception becomes a problem. `call`: its name, for people. */
export async function attempt<T>(
  recipe: Recipe,
  stage: RecipeStage,
  call: string,
  fn: () => T | Promise<T>,
): Promise<Attempt<T>> {
  try {
    return { value: await fn() };
  } catch (error) {
    return { problems: failure(recipe, stage, call, error) };
  }
}

/**
 * Calls a function of a plugin that may refuse once the graph is there. Other exceptions stay as they are.
 *
 * @throws {DenoiseError} at the line of the stage, where it refuses
 */
export function refusing<T>(recipe: Recipe, stage: RecipeStage, call: string, fn: () => T): T {
  try {
    return fn();
  } catch (error) {
    const refused = isExplained(error) && error.explained === "refused";
    throw refused ? new DenoiseError(failure(recipe, stage, call, error)) : error;
  }
}

/** What a function of a plugin threw, as problems. `call`: its name, for people. */
export function failure(recipe: Recipe, stage: RecipeStage, call: string, error: unknown): readonly Problem[] {
  if (error instanceof DenoiseError) return error.problems;
  if (error instanceof UndeclaredSlot) {
    const text = messages.slotUndeclared(pluginId(stage), error.slot, stage.plugin.needs ?? []);
    return [inPlugin(recipe, stage, text, placeInPlugin(stage.plugin, "create"))];
  }
  if (isExplained(error) && error.explained === "refused") {
    const path = error.option === undefined ? stage.path : [...stage.path, error.option];
    const undo = error.unused && error.option !== undefined ? [messages.unusedInherited(pathText(path))] : [];
    const text = messages.refused(pluginId(stage), stage.plugin.name, error.message, [...error.help, ...undo]);
    return [recipe.problem(path, text)];
  }
  const reason = error instanceof Error ? `${error.name}: ${error.message.split("\n")[0]}` : String(error);
  const file = pluginFile(stage.plugin);
  const place = placesInError(error).find((place) => place.file === file);
  const forbidden = lacking(error);
  const text = forbidden === undefined
    ? messages.createFailed(pluginId(stage), stage.id, call, reason)
    : messages.createForbidden(pluginId(stage), stage.id, call, forbidden.deed, forbidden.help);
  return [inPlugin(recipe, stage, text, place)];
}

class UndeclaredSlot extends Error {
  constructor(readonly slot: string) {
    super(`"${slot}" is not among the needs of the plugin`);
  }
}

/** What `create` receives. Reading anything else is an error that says what to do, where JavaScript would give undefined. */
function contextOf(stage: RecipeStage, slots: Readonly<Partial<Record<Slot, unknown>>>) {
  return new Proxy({ options: stage.options, ...slots }, {
    get(target, key) {
      if (typeof key === "symbol" || key in target) return Reflect.get(target, key);
      throw new UndeclaredSlot(key);
    },
  });
}

/** A problem of the plugin's own code: at its line where it is a user's, and at the recipe's line otherwise. */
function inPlugin(recipe: Recipe, stage: RecipeStage, text: Omit<Problem, "place">, place?: Problem["place"]): Problem {
  const used = recipe.problem(stage.path, text);
  if (place === undefined) return used;
  const at = used.place === undefined ? "" : `, ${used.place.file}:${used.place.line}:${used.place.column}`;
  return { ...text, help: [...text.help, `used as ${stage.id}${at}`], place };
}
