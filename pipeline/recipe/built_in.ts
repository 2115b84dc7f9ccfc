/** Recipes that come with Denoise: by their names, from any folder. */
import { join } from "node:path";
import { builtInRecipes as builtInFolder } from "./starts.ts";

/** A recipe that comes with Denoise. */
export interface BuiltInRecipe {
  /** Such as `quickstart`. */
  readonly name: string;
  /** Its path. */
  readonly file: string;
  /** What it is: the first sentence of its own comment. */
  readonly about: string;
}

/** All of them, by name. */
export async function builtInRecipes(): Promise<BuiltInRecipe[]> {
  const names = (await Array.fromAsync(Deno.readDir(builtInFolder), ({ name }) => name)).filter((name) =>
    name.endsWith(".yaml")
  );
  return await Promise.all(
    names.sort().map(async (name) => {
      const file = join(builtInFolder, name);
      return { name: name.slice(0, -".yaml".length), file, about: firstSentence(await Deno.readTextFile(file)) };
    }),
  );
}

/**
 * The file of a recipe that comes with Denoise: by its name alone, `quickstart`, or as it is called in this folder,
 * `recipes/quickstart.yaml`. Undefined where there is none, or a file or folder of that name.
 *
 * @param cwd where it was typed
 */
export async function builtInRecipe(typed: string, cwd = "."): Promise<string | undefined> {
  const [, name] = /^(?:(?:\.\/)?recipes\/(?=.*\.yaml$))?([\w-]+)(?:\.yaml)?$/.exec(typed) ?? [];
  if (name === undefined) return undefined;
  const file = join(builtInFolder, `${name}.yaml`);
  return !await isThere(join(cwd, typed)) && await isThere(file) ? file : undefined;
}

/** The comment at the top without what editors read; up to the end of its first sentence, or a colon. */
function firstSentence(text: string): string {
  const lines = text.split("\n").map((line) => /^# ?(?!yaml-language-server)(.*)/.exec(line)?.[1]);
  const comment = lines.slice(1, lines.indexOf(undefined, 1)).join(" ").trim();
  return /^.*?(?=[.:] |\.?$)/.exec(comment)![0];
}

function isThere(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, (error) => !(error instanceof Deno.errors.NotFound));
}
