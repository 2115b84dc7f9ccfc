/** What the commands share. */
import { type Command, InvalidArgumentError } from "commander";
import type { ExitCode } from "./main.ts";

/** Adds a command to the program; `done` takes its exit code. */
export type AddCommand = (program: Command, done: (code: ExitCode) => void) => void;

/** The arguments of a command that reads a recipe. */
export function withRecipe(command: Command): Command {
  return command
    .argument("<recipe>", "a recipe (YAML), a run folder or a checkpoint")
    .argument("[overrides...]", "what to change in it, such as network.block_depth=3 samplers.preview.steps=50");
}

/** A whole number of at least `least`, from the command line. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isSafeInteger(value) && value >= least && text.trim() !== "") return value;
    throw new InvalidArgumentError(`Expected a whole number of at least ${least}`);
  };
}

/** The options that were given: commander leaves the others undefined. */
export function defined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
