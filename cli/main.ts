/** Parses the command line, runs the command, and turns what goes wrong into text and an exit code. */
import { Command, CommanderError } from "commander";
import { refuseSeconds } from "./command.ts";
import { compileGpuCommand } from "./compile_gpu.ts";
import { emaCommand } from "./ema.ts";
import { evaluateCommand } from "./evaluate.ts";
import { exportCommand } from "./export.ts";
import { graphCommand } from "./graph.ts";
import { importCommand } from "./import.ts";
import { newCommand } from "./new.ts";
import { checkPaths } from "./paths.ts";
import { recipesCommand } from "./recipes.ts";
import { reportCommand } from "./report.ts";
import { pictureCommand } from "./picture.ts";
import { pluginsCommand } from "./plugins.ts";
import { failureOf, printError } from "./errors.ts";
import { runCommand } from "./run.ts";
import { runsCommand } from "./runs.ts";
import { runtimeCommand } from "./runtime.ts";
import { sampleCommand } from "./sample.ts";
import { serveCommand } from "./serve.ts";
import { schemaCommand } from "./schema.ts";
import { sweepCommand } from "./sweep.ts";
import { validateCommand } from "./validate.ts";
import { asksForJson, createVoice, jsonText, type Voice } from "./voice.ts";
import { DenoiseError, files, messages, terminal, version } from "../mod.ts";

/** What is said to programs of a command that a signal has ended. */
const stopped = new DenoiseError({ code: "interrupted", message: "Stopped before it was done", help: [] });

/** How a command ended, when it did not fail: the exit code of the process. */
export type ExitCode = number | void;

const commands = [
  runCommand,
  sampleCommand,
  serveCommand,
  evaluateCommand,
  sweepCommand,
  pictureCommand,
  reportCommand,
  runsCommand,
  recipesCommand,
  validateCommand,
  graphCommand,
  pluginsCommand,
  newCommand,
  importCommand,
  exportCommand,
  emaCommand,
  compileGpuCommand,
  runtimeCommand,
  schemaCommand,
];

/**
 * Every command with its options and arguments.
 *
 * @param words the command line, for what is told of it
 * @param done takes the exit code of a command that has one
 * @param voice takes the answer
 */
export function createProgram(
  words: readonly string[],
  done: (code: ExitCode) => void,
  voice: Voice = createVoice(false),
): Command {
  const output = {
    writeOut: terminal.toStdout,
    writeErr: terminal.toStderr,
    outputError: (text: string, write: (text: string) => void) => write(complaint(text, words)),
  };
  const program = new Command("denoise")
    .description("Train and sample image diffusion models from a YAML recipe")
    .version(version)
    .showHelpAfterError("(run with --help for the options)")
    .configureOutput(output)
    .hook("preAction", (_, command) => checkPaths(command))
    .exitOverride();
  for (const add of commands) add(program, done, voice);
  for (const command of program.commands.flatMap((one) => [one, ...one.commands])) {
    command.option("--json", jsonText);
    refuseSeconds(command);
    command.exitOverride().showHelpAfterError("(run with --help for the options)").configureOutput(output);
  }
  return program;
}

/**
 * Runs one command line.
 *
 * @returns the exit code: 0 done, 1 a problem that was reported or output that could not be written, 2 a command line that
 *   makes no sense; 128 and the number of a signal where one ended it: 130 Ctrl-C, 143 SIGTERM, 129 SIGHUP, 141 a closed
 *   output
 */
export async function main(args: readonly string[]): Promise<number> {
  let code: ExitCode = 0;
  const voice = createVoice(asksForJson(args));
  try {
    await terminal.loadNames(...args);
    await createProgram(args, (result) => code = result, voice).parseAsync([...args], { from: "user" });
    // Left behind by a signal: there is no answer.
    if (code) voice.fail(failureOf(stopped, code));
    return code || (terminal.outputLost() ? 1 : 0);
  } catch (error) {
    if (error instanceof terminal.OutputClosed) return error.code;
    try {
      // Commander has printed its own text.
      if (error instanceof CommanderError && error.exitCode === 0) return terminal.outputLost() ? 1 : 0;
      const code = error instanceof CommanderError ? 2 : printError(error, args);
      voice.fail(failureOf(error, code, args));
      return code;
    } catch (error) {
      if (error instanceof terminal.OutputClosed) return error.code;
      throw error;
    }
  } finally {
    files.discardUnfinished(); // of work that was left behind
  }
}

/** What commander says of a command line: the words it quotes escaped, and what is odd about them told. */
function complaint(text: string, words: readonly string[]): string {
  const shown = words.reduce((text, word) => text.replaceAll(word, terminal.visible(word)), text);
  const odd = messages.oddWords(text, words).map((line) => `  ${line}\n`);
  const [, file] = /unknown option '--json=(.+)'/.exec(text) ?? [];
  if (file !== undefined) odd.push(...messages.jsonFile(terminal.visible(file)).help.map((line) => `  ${line}\n`));
  return terminal.visibleLines(shown) + odd.join("");
}
