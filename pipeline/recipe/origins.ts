/** Where the files of a recipe came from: from the user's own folder, or from elsewhere. */
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { exists } from "../../lib/files/exists.ts";
import { checkpointStored, type Elsewhere } from "../problems/messages/trust.ts";
import type { Problem } from "../problems/problem.ts";
import type { RecipeText } from "./load.ts";
import { pathText } from "./node.ts";
import type { Path } from "./types.ts";

/** Problems that are about whose a recipe is: they say what to do about it themselves. */
const ofTrust = /untrusted$|^network-path$|^extends-in-checkpoint$/;

/**
 * The files that a recipe is made of. The first is what the user named; those that it extends come after it. Typed by
 * the user are the first, where it is a recipe and no part of a run, and those below its folder.
 */
export class Origins {
  readonly #from = new Map<string, Elsewhere | undefined>();
  #roots: string[] | undefined;
  #last: Elsewhere | undefined;
  /** Real paths of the checkpoints among them. */
  readonly checkpoints: string[] = [];

  /** Adds a file, in the order of `extends`: what a file from elsewhere extends is from elsewhere. */
  async add({ file, held }: RecipeText, real: string): Promise<void> {
    if (held === "checkpoint") this.checkpoints.push(real);
    const kind = held === "checkpoint" ? "checkpoint" : held === "folder" || await isOfRun(real) ? "run" : undefined;
    // The folder by its real name and as it was typed: either may lead over a link.
    this.#roots ??= [dirname(real), dirname(resolve(file))];
    this.#last ??= kind ?? (this.#roots.some((root) => isWithin(real, root)) ? undefined : "base");
    this.#from.set(file, this.#last);
  }

  /** A problem with a value that is stored in a checkpoint says that no editor changes it there. */
  told(problem: Problem, path?: Path): Problem {
    const { place, help } = problem;
    if (place === undefined || this.#from.get(place.file) !== "checkpoint" || ofTrust.test(problem.code)) {
      return problem;
    }
    const setting = path === undefined ? "network.block_depth=3" : `${pathText(path)}=<value>`;
    return { ...problem, help: [...help, checkpointStored(setting)] };
  }

  /** Where a file came from; undefined for one that the user typed. */
  elsewhere(file: string): Elsewhere | undefined {
    return this.#from.get(file);
  }
}

/** Whether a file is the recipe of a run: a program wrote it, perhaps on another machine. */
async function isOfRun(file: string): Promise<boolean> {
  const there = (name: string) => exists(join(dirname(file), name));
  return basename(file) === "recipe.yaml" && (await there("checkpoints") || await there("log.jsonl"));
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return !isAbsolute(way) && way.split(/[/\\]/)[0] !== "..";
}
