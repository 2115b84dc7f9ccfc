/** Messages about recipe files, their YAML, `extends` and overrides, in alphabetical order of code. */
import { pathHints } from "../../../lib/files/mod.ts";
import { choices, found, listed, type Message, quote } from "./text.ts";

/** What a recipe needs at least; shown where a file is empty. */
const smallest = "a recipe needs at least dataset, network and train: start from a copy of recipes/quickstart.yaml";

/** An alias within what it stands for. */
export function aliasCycle(name: string): Message {
  return { code: "alias-cycle", message: `Alias "*${name}" contains itself`, help: ["write the value out"] };
}

/** An alias without anchor. */
export function aliasUnknown(name: string, anchors: readonly string[]): Message {
  return {
    code: "alias-unknown",
    message: `Unknown alias "*${name}"`,
    help: [
      anchors.length === 0
        ? `an anchor "&${name}" has to come before it; text that starts with * needs quotes`
        : choices(name, "Anchors before it", anchors),
    ],
  };
}

/** Aliases of aliases of …: few bytes, billions of values. */
export function aliasesMultiply(limit: number): Message {
  return {
    code: "aliases-multiply",
    message: `Recipe holds more than ${limit.toLocaleString("en-US")} values`,
    help: ["aliases of lists of aliases multiply: write the values out, or use extends"],
  };
}

/** A safetensors file without a recipe in it. */
export function checkpointWithoutRecipe(file: string, reason: string): Message {
  return {
    code: "checkpoint-without-recipe",
    message: `Cannot read a recipe from checkpoint ${quote(file)}`,
    help: [reason, "a run's checkpoints keep the recipe in their metadata: runs/<name>/checkpoints/*.safetensors"],
  };
}

/** `%YAML 1.1` and the like: under it, values would mean other things. */
export function directiveForm(): Message {
  return {
    code: "directive-form",
    message: "Cannot use a directive: recipes are YAML 1.2",
    help: ["remove the line that starts with %, or put text that starts with % in quotes"],
  };
}

/** A key given twice in one map. */
export function duplicateKey(key: string, firstLine: number): Message {
  return {
    code: "duplicate-key",
    message: `Key ${quote(key)} is given twice`,
    help: [`it is already on line ${firstLine}: keep one of the two`],
  };
}

/** A file without values. */
export function emptyRecipe(file: string): Message {
  return { code: "empty-recipe", message: `Recipe ${quote(file)} is empty`, help: [smallest] };
}

/** A recipe that extends itself, by way of others. */
export function extendsCycle(chain: readonly string[]): Message {
  return {
    code: "extends-cycle",
    message: "Recipe extends itself",
    help: [chain.join(" → "), "remove one of these extends"],
  };
}

/** `extends` with something other than a path. */
export function extendsForm(value: unknown, written: string | undefined, fix: readonly string[]): Message {
  return {
    code: "extends-form",
    message: `Cannot extend ${found(value, written)}: extends takes the path of one recipe`,
    help: value !== null && fix.length > 0 ? fix : ["write extends: base.yaml, relative to this file"],
  };
}

/** A folder that is not a run. */
export function folderWithoutRecipe(file: string, recipes: readonly string[], runs: readonly string[]): Message {
  return {
    code: "folder-without-recipe",
    message: `Cannot read folder ${quote(file)} as a recipe: it has no recipe.yaml`,
    help: [
      runs.length > 0
        ? `name one of its runs: ${listed(runs, undefined, 8)}`
        : recipes.length === 0
        ? "name a recipe file, a run folder or a checkpoint"
        : `name one of its recipes: ${listed(recipes, undefined, 8)}`,
    ],
  };
}

/** A key that is a number, a list, nothing, … */
export function keyForm(key: unknown, written?: string): Message {
  return {
    code: "key-form",
    message: `Cannot use ${found(key, written)} as a key`,
    help: ["keys are text: write a name, or put it in quotes"],
  };
}

/** `<<: *base`. */
export function mergeKey(): Message {
  return {
    code: "merge-key",
    message: 'Cannot merge with "<<": recipes have no merge keys',
    help: ["use extends: base.yaml, which merges by stage, or write the options out"],
  };
}

/** A file that is not there. */
export function missingRecipe(file: string, near: string | undefined, others: readonly string[]): Message {
  return {
    code: "missing-recipe",
    message: `Cannot find recipe ${quote(file)}`,
    help: [
      ...pathHints(file),
      near !== undefined
        ? `did you mean ${near}?`
        : others.length > 0
        ? `recipes beside it: ${listed(others, undefined, 8)}`
        : "name a recipe file, a run folder or a checkpoint",
    ],
  };
}

/** Infinity and what is not a number, as it is written. */
export function notFinite(written: string, fix: readonly string[]): Message {
  return {
    code: "not-finite",
    message: `Cannot use ${quote(written)} as a value`,
    help: [
      "numbers in a recipe are finite: leave the option out for its default",
      ...(/^[-+]?\.(inf|nan)$/i.test(written) ? [] : fix.map((text) => `if it is text, ${text}`)),
    ],
  };
}

/** Bytes that are not UTF-8. */
export function notText(file: string, reason: string): Message {
  return { code: "not-text", message: `Cannot read ${quote(file)} as text`, help: [reason] };
}

/** A number that cannot be held as it is written. `held`: the nearest that can. */
export function numberLost(written: string, held: number, fix: readonly string[]): Message {
  return {
    code: "number-lost",
    message: `Cannot represent the number ${quote(written)}: it would become ${held}`,
    help: [
      held === 0
        ? "the smallest number above 0 is 5e-324"
        : `whole numbers keep their digits up to ${Number.MAX_SAFE_INTEGER}`,
      ...fix.map((text) => `if it is text, ${text}`),
    ],
  };
}

/** A key that an override cannot set. */
export function overrideForbidden(key: string): Message {
  return {
    code: "override-forbidden",
    message: `Cannot override ${quote(key)} on the command line`,
    help: ["change it in the recipe, or write a recipe that extends this one"],
  };
}

/** An override whose value is not YAML, or that has no value. */
export function overrideForm(text: string): Message {
  return {
    code: "override-form",
    message: `Cannot read override ${quote(text)}`,
    help: [
      ...(/[\r\n]/.test(text)
        ? ["it contains a line break, perhaps a Windows line ending from a script: remove it"]
        : []),
      "write <key>=<value>, such as network.block_depth=3",
    ],
  };
}

/** An override of a list item or sampler that does not exist. */
export function overrideUnknown(key: string, within: string, keys: readonly string[]): Message {
  return {
    code: "override-unknown",
    message: `Cannot override ${quote(key)} of ${quote(within)}: it does not exist`,
    help: [
      keys.length === 0
        ? `${quote(within)} is empty`
        : choices(key, within.slice(0, 1).toUpperCase() + within.slice(1), keys),
    ],
  };
}

/** An override inside a value that is not a map. */
export function overrideWithin(key: string, within: string, value: unknown, written?: string): Message {
  return {
    code: "override-within",
    message: `Cannot override ${quote(key)} of ${quote(within)}: that is ${found(value, written)}`,
    help: [`override ${within} as a whole: ${within}=<value>`],
  };
}

/** A file that is not a map. */
export function recipeForm(value: unknown, written?: string): Message {
  return {
    code: "recipe-form",
    message: `Cannot read ${found(value, written)} as a recipe: a recipe is a map of stages`,
    help: ["write one stage a line, such as network: clear-unet, with a space after the colon"],
  };
}

/** Lists of lists of …, deeper than any recipe. */
export function recipeTooDeep(): Message {
  return { code: "recipe-too-deep", message: "Recipe is nested too deeply", help: ["no option needs 50 levels"] };
}

/** A file too large to be a recipe. */
export function recipeTooLarge(file: string, bytes: number, limit: number): Message {
  return {
    code: "recipe-too-large",
    message: `Cannot read ${quote(file)} as a recipe: it is ${megabytes(bytes)} MB, over the limit of ${
      megabytes(limit)
    } MB`,
    help: ["name a recipe file, a run folder or a checkpoint (.safetensors)"],
  };
}

/** The operating system's refusal. */
export function recipeUnreadable(file: string, reason: string): Message {
  return { code: "recipe-unreadable", message: `Cannot read ${quote(file)}`, help: [reason] };
}

/** A key that JavaScript gives a meaning to. */
export function reservedKey(key: string): Message {
  return { code: "reserved-key", message: `Cannot use ${quote(key)} as a key`, help: ["the name is reserved"] };
}

/** `---` in the middle. */
export function severalDocuments(): Message {
  return {
    code: "several-documents",
    message: "Recipe file holds several documents",
    help: ["a file holds one recipe: remove the line --- and everything that belongs to another"],
  };
}

/** Tabs where YAML wants spaces. */
export function tabIndent(): Message {
  return {
    code: "tab-indent",
    message: "Cannot indent with a tab",
    help: ["YAML is indented with spaces: two a level"],
  };
}

/** `!!str` and the like. */
export function tagForm(tag: string): Message {
  return {
    code: "tag-form",
    message: `Cannot use tag ${quote(tag)}: recipes have no tags`,
    help: ["write the value alone, in quotes if it is text that starts with !"],
  };
}

/** Any other mistake in YAML. */
export function yamlSyntax(what: string, fix: readonly string[]): Message {
  return { code: "yaml-syntax", message: what, help: fix };
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toLocaleString("en-US", { maximumFractionDigits: bytes < 2 ** 21 ? 2 : 0 });
}
