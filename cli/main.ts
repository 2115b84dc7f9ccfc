/** Parses the command line, runs the command, and turns what goes wrong into text and an exit code. */
import { Command, CommanderError } from "commander";
import { evaluateCommand } from "./evaluate.ts";
import { exportCommand } from "./export.ts";
import { graphCommand } from "./graph.ts";
import { importCommand } from "./import.ts";
import { newCommand } from "./new.ts";
import { pageCommand } from "./page.ts";
import { pictureCommand } from "./picture.ts";
import { pluginsCommand } from "./plugins.ts";
import { report } from "./report.ts";
import { runCommand } from "./run.ts";
import { runtimeCommand } from "./runtime.ts";
import { sampleCommand } from "./sample.ts";
import { schemaCommand } from "./schema.ts";
import { sweepCommand } from "./sweep.ts";
import { validateCommand } from "./validate.ts";
import { version } from "../mod.ts";

/** How a command ended, when it did not fail: the exit code of the process. */
export type ExitCode = number | void;

/**
 * Runs one command line.
 *
 * @returns the exit code: 0 done, 1 a problem that was reported, 2 a command line that makes no sense, 130 interrupted
 */
export async function main(args: readonly string[]): Promise<number> {
  let code: ExitCode = 0;
  const program = createProgram((result) => code = result);
  try {
    await program.parseAsync([...args], { from: "user" });
    return code ?? 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // it has printed its own text
    return report(error);
  }
}

/** All commands; `done` takes the exit code of one that has ended. */
export function createProgram(done: (code: ExitCode) => void): Command {
  const program = new Command("denoise")
    .description("Train and sample image diffusion models from a YAML recipe")
    .version(version)
    .showHelpAfterError("(--help lists what can be said)")
    .exitOverride();
  const commands = [
    runCommand,
    sampleCommand,
    evaluateCommand,
    sweepCommand,
    pictureCommand,
    pageCommand,
    validateCommand,
    graphCommand,
    pluginsCommand,
    newCommand,
    importCommand,
    exportCommand,
    runtimeCommand,
    schemaCommand,
  ];
  for (const add of commands) add(program, done);
  for (const command of program.commands.flatMap((one) => [one, ...one.commands])) {
    command.exitOverride().showHelpAfterError("(--help lists what can be said)");
  }
  return program;
}
