/** Messages about the contents of recipes, in alphabetical order of code. */
import { choices, counted, found, listed, type Message, quote } from "./text.ts";

/** An option that another plugin has: `owners` such as `network/clear-unet`. */
export function foreignOption(
  option: string,
  owner: string,
  owners: readonly string[],
  own: readonly string[],
): Message {
  return {
    code: "foreign-option",
    message: `Unknown option ${quote(option)} of ${owner}`,
    help: [
      `${quote(option)} is an option of ${listed(owners, "and", 5)}`,
      own.length === 0 ? `${owner} has no options` : `options of ${owner}: ${listed([...own].sort())}`,
    ],
  };
}

/** A stage key at the root that belongs into a stage. */
export function misplacedOption(key: string, owners: readonly string[]): Message {
  const kind = owners[0]?.split("/")[0] ?? "";
  return {
    code: "misplaced-option",
    message: `Unknown key ${quote(key)}`,
    help: [`${quote(key)} is an option of ${listed(owners, "and", 5)}: move it under "${kind}"`],
  };
}

/** An option without default that is not there. */
export function missingOption(option: string, owner: string, allowed: string, description?: string): Message {
  return {
    code: "missing-option",
    message: `Option ${quote(option)} of ${owner} is missing`,
    help: [`add ${option}: <${allowed}>${description === undefined ? "" : ` (${description})`}`],
  };
}

/** A stage without default that is not there. */
export function missingStage(key: string, summary: string, names: readonly string[]): Message {
  return {
    code: "missing-stage",
    message: `Recipe has no ${quote(key)}`,
    help: [
      `add ${key}: <name> (${summary})`,
      names.length === 0 ? "no plugin of this kind is installed" : `plugins: ${listed(names)}`,
    ],
  };
}

/** Neither epochs nor steps, or no `train` at all. */
export function missingTrainLength(): Message {
  return {
    code: "missing-train-length",
    message: "Recipe does not say how long to train",
    help: ["add train: { epochs: 40 }, or steps instead of epochs"],
  };
}

/** A stage map without `use`. */
export function missingUse(id: string, key: string, names: readonly string[]): Message {
  return {
    code: "missing-use",
    message: `Stage ${quote(id)} names no plugin`,
    help: [
      names.length === 0 ? `no plugin for "${key}" is installed` : `add use: <name>, one of ${listed(names)}`,
    ],
  };
}

/** A number, but too small, too large, not whole, … */
export function outOfRange(
  option: string,
  owner: string,
  allowed: string,
  value: unknown,
  notes: string[] = [],
  written?: string,
): Message {
  return {
    code: "out-of-range",
    message: `Option ${quote(option)} of ${owner} takes ${allowed}, not ${found(value, written)}`,
    help: notes,
  };
}

/** What a plugin's own check says. A message in its own words starts upper case; other words explain the value. */
export function pluginCheck(
  option: string | undefined,
  owner: string,
  value: unknown,
  said: string,
  help: readonly string[] = [],
): Message {
  if (/^\p{Lu}/u.test(said)) return { code: "plugin-check", message: said, help };
  const subject = option === undefined ? `Options of ${owner}` : `Option ${quote(option)} of ${owner}`;
  const what = option === undefined
    ? "do not fit together"
    : `cannot be ${typeof value === "string" ? quote(value) : found(value)}`;
  return { code: "plugin-check", message: `${subject} ${what}`, help: [said, ...help] };
}

/** A user's plugin that fails in its own checks. */
export function pluginCheckFailed(owner: string, reason: string): Message {
  return {
    code: "plugin-check-failed",
    message: `Cannot check the options of ${owner}`,
    help: [`its own check fails: ${reason}`],
  };
}

/** A folder named by `plugins`. */
export function pluginFileIsFolder(folder: string): Message {
  return {
    code: "plugin-file-is-folder",
    message: `Cannot load ${quote(folder)} as a plugin: it is a folder`,
    help: ["name the files in it, such as plugins: [./my-sampler.ts]"],
  };
}

/** A name that cannot be a folder name, or a sampler's that cannot be typed in an override. */
export function unfitName(what: string, name: string, allowed: string): Message {
  return { code: "unfit-name", message: `Cannot use ${quote(name)} as ${what}`, help: [`allowed: ${allowed}`] };
}

/** A key at the root of a recipe that means nothing. */
export function unknownKey(key: string, keys: readonly string[]): Message {
  const help = key === "use" ? "it names the plugin of a stage: indent it by two spaces, below the stage" : undefined;
  return { code: "unknown-key", message: `Unknown key ${quote(key)}`, help: [help ?? choices(key, "Keys", keys)] };
}

/** A key that a plugin or `train` does not have. */
export function unknownOption(
  option: string,
  owner: string,
  options: readonly string[],
  notes: string[] = [],
): Message {
  return {
    code: "unknown-option",
    message: `Unknown option ${quote(option)} of ${owner}`,
    help: [choices(option.split(".").at(-1)!, "Options", options), ...notes],
  };
}

/** A plugin that does not exist. `elsewhere`: kinds that do have one of that name. */
export function unknownPlugin(
  kind: string,
  name: string,
  names: readonly string[],
  elsewhere: readonly string[],
): Message {
  return {
    code: "unknown-plugin",
    message: `Unknown ${kind} ${quote(name)}`,
    help: [
      ...elsewhere.map((other) => `${quote(name)} is the name of a ${other}`),
      choices(name, "Plugins", names),
      ...(elsewhere.length > 0 ? [] : ["to use a plugin from a file of your own, add plugins: [./my-plugin.ts]"]),
    ],
  };
}

/** A sampler that the recipe does not define. */
export function unknownSampler(name: string, samplers: readonly string[]): Message {
  return {
    code: "unknown-sampler",
    message: `Unknown sampler ${quote(name)}`,
    help: [
      samplers.length === 0
        ? "the recipe has no samplers: add samplers: { preview: { use: ddim, steps: 20 } }"
        : choices(name, "Samplers of this recipe", samplers),
    ],
  };
}

/** A stage, or the list or map of stages, in a form that means nothing. */
export function wrongStageForm(
  id: string,
  arity: "one" | "list" | "named",
  value: unknown,
  example: string,
  written?: string,
): Message {
  const form = { one: "a name or a map", list: "a list of names or maps", named: "a map of names to stages" }[arity];
  return {
    code: "wrong-stage-form",
    message: `Stage ${quote(id)} takes ${form}, not ${found(value, written)}`,
    help: [`write ${example}`],
  };
}

/** Too many train lengths: exactly one is needed. */
export function wrongTrainLength(epochs: unknown, steps: unknown): Message {
  return {
    code: "wrong-train-length",
    message: `Recipe trains for ${counted(Number(epochs), "epoch")} and for ${counted(Number(steps), "step")}`,
    help: ["keep one of epochs and steps"],
  };
}

/** A value of another type. */
export function wrongType(
  option: string,
  owner: string,
  allowed: string,
  value: unknown,
  notes: string[] = [],
  written?: string,
): Message {
  return {
    code: "wrong-type",
    message: `Option ${quote(option)} of ${owner} takes ${allowed}, not ${found(value, written)}`,
    help: notes,
  };
}

/** A text that is none of the allowed ones. */
export function wrongValue(option: string, owner: string, value: unknown, allowed: readonly string[]): Message {
  return {
    code: "wrong-value",
    message: `Option ${quote(option)} of ${owner} cannot be ${typeof value === "string" ? quote(value) : found(value)}`,
    help: [choices(typeof value === "string" ? value : "", "Allowed", allowed)],
  };
}
