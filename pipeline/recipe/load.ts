/** Finds the text of a recipe: in a file, in a run folder, or in the metadata of a checkpoint. */
import { basename, dirname, join, relative, resolve } from "node:path";
import { refusalOf, whatFailed } from "../../lib/files/refusal.ts";
import * as messages from "../problems/messages/file.ts";
import { fileNewer } from "../problems/messages/versions.ts";
import type { Message } from "../problems/messages/text.ts";
import { nearest } from "../terminal/nearest.ts";
import { builtInRecipe } from "./built_in.ts";
import { readCheckpointRecipe } from "./checkpoint.ts";
import { nearRuns, runsIn } from "./near_runs.ts";
import { builtInRecipes } from "./starts.ts";

/** A recipe's own text. */
export interface RecipeText {
  /** The file that holds it, as the user would name it. */
  readonly file: string;
  readonly text: string;
  /** What holds it: a file, the folder that was named, or a checkpoint. */
  readonly held: "file" | "folder" | "checkpoint";
  /** The version that wrote it, where it is newer than this one. */
  readonly newer?: string | undefined;
}

/** Recipes of a few hundred lines have some 20 kB; what is larger is another file. */
const sizeLimit = 2 ** 18;

/** Reads the text, or says why it cannot. */
export async function loadText(typed: string): Promise<RecipeText | Message> {
  const file = await builtInRecipe(typed) ?? typed;
  try {
    const info = await Deno.stat(file);
    if (info.isDirectory) {
      const inside = join(file, "recipe.yaml");
      const names = await namesIn(file);
      if (!names.includes("recipe.yaml")) {
        return messages.folderWithoutRecipe(
          file,
          names.filter(isRecipe).map((name) => join(file, name)),
          await runsIn(file),
        );
      }
      const loaded = await loadText(inside);
      return "text" in loaded ? { ...loaded, held: "folder" } : loaded;
    }
    if (file.endsWith(".safetensors")) {
      const { text, reason, format, newer } = await readCheckpointRecipe(file);
      if (text !== undefined) return { file, text, held: "checkpoint", newer };
      return format === undefined ? messages.checkpointWithoutRecipe(file, reason!) : fileNewer(file, format);
    }
    if (!info.isFile) return messages.recipeUnreadable(file, "it is not a regular file");
    if (info.size > sizeLimit) return messages.recipeTooLarge(file, info.size, sizeLimit);
    const bytes = await Deno.readFile(file);
    return decode(file, bytes);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return await missing(file);
    if (error instanceof Deno.errors.NotCapable) {
      return messages.recipeUnreadable(file, "Deno does not let this program read it: copy it into a file");
    }
    return messages.recipeUnreadable(file, refusalOf(error)?.reason ?? whatFailed(error));
  }
}

function decode(file: string, bytes: Uint8Array): RecipeText | Message {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return messages.notText(file, "it is UTF-16: save it as UTF-8");
  }
  if (bytes.includes(0)) return messages.notText(file, "it holds zero bytes: name a recipe file, in YAML");
  try {
    return { file, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), held: "file" };
  } catch {
    const line = new TextDecoder().decode(bytes).split("\uFFFD")[0]!.split("\n").length;
    return messages.notText(file, `line ${line} has bytes that are not UTF-8: save the file as UTF-8`);
  }
}

async function missing(file: string): Promise<Message> {
  const folder = dirname(file);
  const names = await namesIn(folder);
  const recipes = names.filter(isRecipe);
  const show = (name: string) => folder === "." && !file.startsWith("./") ? name : join(folder, name);
  const name = basename(file);
  // A name without its ending, a misspelt one, or one of the recipes that come with Denoise.
  const near = recipes.find((recipe) => recipe.replace(/\.ya?ml$/, "") === name.replace(/\.ya?ml$/, "")) ??
    nearest(name, recipes);
  if (near !== undefined) return messages.missingRecipe(file, show(near), []);
  const { near: run } = await nearRuns(file);
  if (run !== undefined) return messages.missingRecipe(file, run, []);
  const byName = nearest(name, (await namesIn(builtInRecipes)).map((one) => one.replace(/\.yaml$/, "")));
  if (byName !== undefined && name === file) return messages.missingRecipe(file, byName, []);
  for (const there of ["recipes", builtInRecipes]) {
    const known = (await namesIn(there)).filter(isRecipe);
    const own = known.includes(name) ? name : nearest(name, known) ?? known.find((one) => one === `${name}.yaml`);
    if (own !== undefined) return messages.missingRecipe(file, relative(Deno.cwd(), join(resolve(there), own)), []);
  }
  return messages.missingRecipe(file, undefined, recipes.map(show));
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder), (entry) => entry.name)).sort();
  } catch {
    return []; // a folder that is missing or closed to us suggests nothing
  }
}

const isRecipe = (name: string) => /\.ya?ml$/.test(name);
