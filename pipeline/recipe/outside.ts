/** Options that lead out of a recipe, where it came from elsewhere: libraries are code, and paths may lead to other computers. */
import { type Elsewhere, libraryUntrusted, networkPath } from "../problems/messages/trust.ts";
import type { Problem } from "../problems/problem.ts";
import { type Code, codeOfLibrary } from "../trust/code.ts";
import { hasChanged, mayRun, type Trust } from "../trust/trust.ts";
import type { Path, Recipe } from "./types.ts";

/** Paths of other computers: to look at one on Windows tells that computer who looks. */
const ofNetwork = /^(\\\\|\/\/)/;

/** The libraries that a recipe loads; reports those that may not be loaded. */
export async function checkOutside(
  { stages, train, origin, problem }: Pick<Recipe, "stages" | "train" | "origin" | "problem">,
  elsewhere: (path: Path) => Elsewhere | undefined,
  trust: Trust,
  report: (problem: Problem) => void,
): Promise<{ code: Code[]; trusted: string[] }> {
  const code: Code[] = [];
  const trusted: string[] = [];
  for (const { plugin, path, id, options } of stages) {
    for (const [option, what] of Object.entries(plugin.outside ?? {})) {
      const value = options[option];
      if (typeof value !== "string") continue;
      const at = [...path, option];
      const from = elsewhere(at);
      if (what === "library") {
        const library = await codeOfLibrary(value).catch(() => undefined); // what is missing is told where it is loaded
        if (from === undefined || await mayRun(library, trust)) {
          if (library !== undefined) code.push(library);
          if (from !== undefined && trust.all) trusted.push(value);
        } else {
          const place = origin(at);
          const file = place.from === "file" ? place.file : "";
          const changed = await hasChanged(library);
          report(problem(at, libraryUntrusted({ id, option, path: value, from, file, changed })));
        }
      } else if (what === "file" && from !== undefined && ofNetwork.test(value)) {
        report(problem(at, networkPath(id, option, value)));
      }
    }
  }
  for (const { kind, path, id, options } of stages) {
    const { by } = (kind === "sampler" ? options.guidance ?? {} : {}) as { by?: string };
    const at = [...path, "guidance", "by"];
    if (by !== undefined && ofNetwork.test(by) && elsewhere(at) !== undefined) {
      report(problem(at, networkPath(id, "guidance.by", by)));
    }
  }
  if (train.from !== undefined && ofNetwork.test(train.from) && elsewhere(["train", "from"]) !== undefined) {
    report(problem(["train", "from"], networkPath("train", "from", train.from)));
  }
  return { code, trusted };
}
