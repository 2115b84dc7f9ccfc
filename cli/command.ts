/** What the commands share. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { onInterrupt, terminalConsole } from "../mod.ts";
import type { ExitCode } from "./main.ts";

/** Adds a command to the program; `done` takes its exit code. */
export type AddCommand = (program: Command, done: (code: ExitCode) => void) => void;

/** The arguments of a command that reads a recipe. */
export function withRecipe(command: Command): Command {
  return command
    .argument("<recipe>", "a recipe (YAML), a run folder or a checkpoint")
    .argument("[overrides...]", "what to change in it, such as network.block_depth=3 samplers.preview.steps=50");
}

/** The arguments of a command that uses a trained model. */
export function withRun(command: Command): Command {
  return command.argument("<run>", "a run folder or a checkpoint").argument("[overrides...]", overridesOfRun);
}

/** What the overrides of a command are that uses a trained model. */
export const overridesOfRun = "what to change in its recipe, such as backend=cpu";

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
    terminalConsole().line("stopped before it was done; the same command begins it again");
    done(interruption.code);
  } finally {
    clearTimeout(timer);
  }
}

/** The largest seed of a picture: they are int32 tensors. */
export const largestSeed = 2 ** 31 - 1;

/** An option whose value is a whole number from `least` to `most`. */
export function wholeOption(flags: string, description: string, least = 1, most = Number.MAX_SAFE_INTEGER): Option {
  return new Option(flags, description).argParser(wholeNumber(least, most));
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

/** The options that were given: commander leaves the others undefined. */
export function defined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
