/** What the commands share. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { type Console, DenoiseError, messages, onInterrupt, terminal, terminalConsole, type Trust } from "../mod.ts";
import type { ExitCode } from "./main.ts";
import type { Voice } from "./voice.ts";

/** Adds a command to the program; `done` takes its exit code, and `voice` what it answers. */
export type AddCommand = (program: Command, done: (code: ExitCode) => void, voice: Voice) => void;

/** The arguments of a command that reads a recipe. */
export function withRecipe(command: Command): Command {
  return command
    .argument("<recipe>", "a recipe (YAML), a run folder, a checkpoint or exported weights")
    .argument("[overrides...]", "settings to change, such as network.block_depth=3 samplers.preview.steps=50");
}

/** The arguments of a command that uses a trained model. */
export function withRun(command: Command): Command {
  return command.argument("<run>", "a run folder, a checkpoint or exported weights").argument(
    "[overrides...]",
    overridesOfRun,
  );
}

/** The option of commands that may use another average of the weights than the first. */
export const emaOption: readonly [flags: string, description: string] = [
  "--ema <average>",
  "one of the run's averages; a width such as 0.07, computed from its snapshots; network: none",
];

/** What the overrides of a command are that uses a trained model. */
export const overridesOfRun = "settings of its recipe to change, such as backend=cpu";

/** What `--plugins` and `--trust` were given. */
export interface TrustOptions {
  readonly plugins?: readonly string[] | undefined;
  readonly trust?: boolean | undefined;
}

const pluginsText =
  "plugin files to run, also for a checkpoint or a run folder; they replace its files of the same name";

/** The options that say which code is run of a recipe that was not typed. */
export function withTrust(command: Command): Command {
  return withPlugins(command)
    .option("--trust", "run every plugin file and library that a checkpoint or a run folder names, and list them");
}

/** The option of commands that run no code of a checkpoint unless its files are named. */
export function withPlugins(command: Command): Command {
  return command.option("--plugins <files...>", pluginsText);
}

/**
 * What was said about code, and the overrides: `--plugins` takes all words up to the next option, and an override
 * among them is none of its files.
 */
export function trustOf(
  { plugins = [], trust = false }: TrustOptions,
  overrides: readonly string[],
): { trust: Trust; overrides: string[] } {
  const told = new Set<string>();
  return {
    trust: {
      plugins: plugins.filter((word) => !terminal.isOverride(word)),
      ...(trust ? { all: true } : {}),
      tell(files) {
        const text = files.join("  ");
        if (!told.has(text)) terminalConsole().line(`trusted      ${text}`);
        told.add(text);
      },
    },
    overrides: [...overrides, ...plugins.filter(terminal.isOverride)],
  };
}

/** The same options as words of a command, to type it again. */
export function trustWords({ plugins = [] }: Trust, all = false): string {
  return [...plugins.map((file) => ` --plugins=${terminal.shellWord(file)}`), ...(all ? [" --trust"] : [])].join("");
}

/** Milliseconds that work is given to end by itself once it is asked to, where nothing would be lost. */
const grace = 1200;

/**
 * Runs what the first Ctrl-C stops, and tells its exit code. Where the work holds nothing that must not be lost, it is
 * left behind soon after: a compilation that cannot be stopped, for example, ends with the process.
 *
 * @param work ends early where the signal is aborted, or throws the signal's reason
 */
export async function untilInterrupted(
  done: (code: ExitCode) => void,
  work: (signal: AbortSignal, hold: () => Disposable) => Promise<unknown>,
): Promise<void> {
  using interruption = onInterrupt();
  const { signal } = interruption;
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const leftBehind = new Promise<never>((_, reject) => {
      const look = () => interruption.held ? timer = setTimeout(look, 100) : reject(signal.reason);
      signal.addEventListener("abort", () => timer = setTimeout(look, grace));
    });
    const result = await Promise.race([work(signal, () => interruption.hold()), leftBehind]);
    const { outcome } = (result ?? {}) as { outcome?: unknown };
    if (outcome === "interrupted") done(interruption.code);
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    terminalConsole().line("stopped before it was done; the same command starts it again");
    done(interruption.code);
  } finally {
    clearTimeout(timer);
  }
}

/** The console of a command that may write a file to standard output: that is for the file alone then. */
export function consoleFor(voice: Voice, files: readonly (string | undefined)[]): Console {
  if (!files.includes("-")) return voice.console;
  if (voice.json) throw new DenoiseError(messages.outputShared("a picture and JSON", ["name a file for the picture"]));
  return voice.quiet;
}

/** The largest seed of a picture: they are int32 tensors. */
export const largestSeed = 2 ** 31 - 1;

/** An option whose value is a whole number from `least` to `most`. */
export function wholeOption(flags: string, description: string, least = 1, most = Number.MAX_SAFE_INTEGER): Option {
  return new Option(flags, description).argParser(wholeNumber(least, most));
}

/** An option whose value is a number; what it may be is checked where it is used. */
export function numberOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text) => {
    const value = Number(text);
    if (Number.isFinite(value) && text.trim() !== "") return value;
    throw new InvalidArgumentError("Expected a number");
  });
}

/** A whole number from `least` to `most`, from the command line. */
function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (value > most) throw new InvalidArgumentError(`It is too large: the limit is ${most}`);
    if (Number.isInteger(value) && value >= least && text.trim() !== "") return value;
    throw new InvalidArgumentError(`Expected a whole number of at least ${least}`);
  };
}

/** Enlarges pictures by a whole number. */
export function scaleOption(description: string): Option {
  return wholeOption("--scale <n>", description, 1, 64);
}

/** Enlarges pictures another way. */
export function smoothOption(): Option {
  return new Option("--smooth", "enlarge by bicubic interpolation, instead of pixel by pixel");
}

/** Seeds of pictures: one to count up from, or a list of seeds and ranges of them. */
export function seedOption(count: string): Option {
  const text = `seeds, such as 7,19,100..120; or the seed of the first picture, and ${count} (default: 0)`;
  return new Option("--seed <list>", text).argParser(seeds);
}

const mostSeeds = 1_000_000;

/** `7` alone is where to start; `7,19` and `7..9` say all of them, and so does `--seed` given again. */
function seeds(text: string, before?: number | readonly number[]): number | number[] {
  const own = seedsIn(text);
  return before === undefined ? own : [before, own].flat();
}

function seedsIn(text: string): number | number[] {
  const parts = text.split(",").map((part) => {
    const [, first, last = first] = /^\s*(\d+)(?:\.\.(\d+))?\s*$/.exec(part) ?? [];
    if (first === undefined) throw new InvalidArgumentError("Expected seeds such as 7, 7,19,40 or 100..120");
    return { first: Number(first), last: Number(last) };
  });
  for (const { first, last } of parts) {
    if (Math.max(first, last) > largestSeed) {
      throw new InvalidArgumentError(`A seed is too large: the limit is ${largestSeed}`);
    }
    if (first > last) throw new InvalidArgumentError(`Range ${first}..${last} ends before it begins`);
  }
  if (/^\s*\d+\s*$/.test(text)) return parts[0]!.first;
  const count = parts.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  if (count > mostSeeds) throw new InvalidArgumentError(`Expected at most ${mostSeeds} seeds, not ${count}`);
  return parts.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
}

/** Texts with commas between, from the command line, after those of the same option before it. */
export function textsBetweenCommas(text: string, before: readonly string[] = []): string[] {
  return [...before, ...text.split(",").map((each) => each.trim()).filter((each) => each !== "")];
}

/** Options that take one thing where somebody may mean several: each by its name without dashes. */
const oneAtATime = ["beside", "class", "ema", "from", "gpu", "guide", "image", "mask", "metric", "sampler", "std"];

/** Has a command refuse two values of an option that takes one: commander would drop the first in silence. */
export function refuseSeconds(command: Command): void {
  for (const option of command.options) {
    const adds = option.variadic || (option.attributeName() === "ema" && option.parseArg !== undefined);
    if (adds || !oneAtATime.includes(option.attributeName())) continue;
    let first: string | undefined;
    command.on(`option:${option.name()}`, (value: string) => {
      if (first !== undefined && first !== value) {
        command.error(`error: option '${option.flags}' takes one value, not both "${first}" and "${value}"`);
      }
      first = value;
    });
  }
}

/** The options that were given: commander leaves the others undefined. */
export function defined<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
