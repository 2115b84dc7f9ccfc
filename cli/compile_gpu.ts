/** `compile:gpu RECIPE`: what a recipe's programs become on a GPU that is not here. */
import { InvalidArgumentError, Option } from "commander";
import { builtins, compileForGpu, describeCompiled, type ProgramKind, programKinds } from "../mod.ts";
import {
  type AddCommand,
  trustOf,
  type TrustOptions,
  untilInterrupted,
  wholeOption,
  withPlugins,
  withRecipe,
} from "./command.ts";
import { compiledAnswer } from "./compiled_answer.ts";

interface Options extends TrustOptions {
  readonly gpu?: string;
  readonly devices?: number;
  readonly programs?: readonly ProgramKind[];
  readonly top?: number;
}

export const compileGpuCommand: AddCommand = (program, done, voice) =>
  withPlugins(withRecipe(program.command("compile:gpu")))
    .description("Compile a recipe for a GPU that is not here: kernels, bytes, FLOP, memory, and the time at best")
    .addOption(gpuOption("what to compile for, such as a100 or rtx4090").default("h100"))
    .addOption(wholeOption("--devices <n>", "GPUs that share each batch (default: the recipe's)", 1, 64))
    .addOption(programsOption())
    .addOption(wholeOption("--top <n>", "also list the kernels of each program that move most", 1, 20))
    .action((file: string, words: string[], { top = 0, gpu, devices, programs, ...options }: Options) =>
      untilInterrupted(done, async () => {
        const how = { plugins: builtins, ...trustOf(options, words), gpu, devices, programs };
        const compiled = await compileForGpu(file, how, voice.console);
        voice.answer("compile:gpu", compiledAnswer(compiled));
        voice.say(describeCompiled(compiled, top));
      })
    );

/** Which GPU. */
export function gpuOption(description: string): Option {
  return new Option("--gpu <name>", description);
}

function programsOption(): Option {
  const text = `programs to compile, with commas between: ${programKinds.join(", ")} (default: all)`;
  return new Option("--programs <list>", text).argParser((list: string, before: ProgramKind[] = []): ProgramKind[] => [
    ...before, // given twice, it is both
    ...list.split(",").map((word) => {
      const kind = programKinds.find((one) => one === word.trim());
      if (kind === undefined) throw new InvalidArgumentError(`Expected some of ${programKinds.join(", ")}`);
      return kind;
    }),
  ]);
}
