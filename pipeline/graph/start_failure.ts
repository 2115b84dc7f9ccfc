/** Turns what the `start` of a backend throws into a problem at its line of the recipe. */
import { backendUnavailable } from "../messages/runtime.ts";
import { DenoiseError, helpOf } from "../problem.ts";
import type { Graph } from "./types.ts";

/** The error to throw in place of what a backend threw. `help` of an error is kept. */
export function startFailure({ recipe, one }: Graph, error: unknown): unknown {
  if (error instanceof DenoiseError || !(error instanceof Error)) return error;
  const { path, plugin } = one("backend");
  return new DenoiseError(recipe.problem(path, backendUnavailable(plugin.name, error.message, helpOf(error))), {
    cause: error,
  });
}
