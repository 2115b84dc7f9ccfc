/** The command line of a bench: options with a help, and a message for what makes no sense. */
import { Command, InvalidArgumentError } from "commander";

/** A command that ends the process after its help with 0, and with 2 where the command line makes no sense. */
export function benchCommand(task: string, description: string): Command {
  return new Command(`deno task ${task}`)
    .description(description)
    .showHelpAfterError("(run with --help for the options)")
    .exitOverride(({ exitCode }) => Deno.exit(exitCode === 0 ? 0 : 2));
}

/** A number above 0, from the command line. */
export function positive(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("Expected a number above 0");
}

/** A regular expression, from the command line. */
export function pattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    throw new InvalidArgumentError("Expected a regular expression");
  }
}
