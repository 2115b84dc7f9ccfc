/** Turns what the `start` of a backend throws into a problem at its line of the recipe. */
import { isExplained } from "../../lib/files/mod.ts";
import { backendUnavailable } from "../problems/messages/runtime.ts";
import { DenoiseError } from "../problems/problem.ts";
import type { Graph } from "../graph/types.ts";

/** The error to throw in place of what a backend threw. `help` of an error is kept. */
export function startFailure({ recipe, one }: Graph, error: unknown): unknown {
  if (error instanceof DenoiseError || !(error instanceof Error)) return error;
  const { path, plugin } = one("backend");
  const { help, option } = isExplained(error) ? error : { help: [], option: undefined };
  const problem = recipe.problem(
    option === undefined ? path : [...path, option],
    backendUnavailable(plugin.name, error.message, help),
  );
  if (recipe.origin([...path, "use"]).from !== "default") return new DenoiseError(problem, { cause: error });
  const { place: _, ...anywhere } = problem; // the recipe has no line that says so
  return new DenoiseError(anywhere, { cause: error });
}
