/** Compiles a recipe's programs for a GPU that is not here, and says what they became. */
import { partCount } from "../../graph/accumulation.ts";
import { isExplained } from "../../../lib/files/mod.ts";
import { visible } from "../../../lib/text/mod.ts";
import type { CompiledProgram } from "../../kinds/ahead.ts";
import type { Graph } from "../../graph/types.ts";
import { wire } from "../../graph/wire.ts";
import { batchUneven } from "../../problems/messages/graph.ts";
import * as messages from "../../problems/messages/gpu.ts";
import { DenoiseError } from "../../problems/problem.ts";
import {
  callPrograms,
  type ProgramKind,
  programKind,
  programKinds,
  shownSampler,
} from "../../programs/every_program.ts";
import { readRecipe } from "../../recipe/read.ts";
import type { PluginSource } from "../../recipe/types.ts";
import { takeBackend } from "../../run/share_backend.ts";
import { startFailure } from "../../run/start_failure.ts";
import { compilingOn } from "../../terminal/compiling.ts";
import type { Console } from "../../terminal/console.ts";
import type { Described } from "../../view/compiled/describe.ts";
import type { Trust } from "../../trust/trust.ts";

/** What to compile, and what for. */
export interface CompileForGpuOptions {
  /** Where plugins are found: `builtins`, or `await builtins.withFiles([...])`. */
  readonly plugins: PluginSource;
  /** What the command line changes in the recipe, such as `["dataset.batch_size=256"]`. */
  readonly overrides?: readonly string[];
  /** Which code is run of a recipe that is not typed. */
  readonly trust?: Trust;
  /** Name of the GPU. Default: h100. */
  readonly gpu?: string | undefined;
  /** GPUs that share each batch. Default: as the recipe says, else 1. */
  readonly devices?: number | undefined;
  /** Which programs. Default: all. */
  readonly programs?: readonly ProgramKind[] | undefined;
}

/** What a recipe's programs became on a GPU, in the order of `programKinds`. */
export interface CompiledForGpu extends Described {
  /** What was compiled. */
  readonly graph: Graph;
}

/** Part of a GPU's memory that XLA takes, unless the recipe says otherwise. */
const usualFraction = 0.75;

/**
 * Compiles the programs of a recipe: the training step, a sampler, the evaluation, the initial weights.
 *
 * @param file a recipe, a run folder or a checkpoint
 * @throws {DenoiseError} with everything that is wrong with the recipe; where no GPU has the name, the backend cannot
 *   compile for one, or the compiler is not installed or refuses a program
 */
export async function compileForGpu(
  file: string,
  options: CompileForGpuOptions,
  console: Console,
): Promise<CompiledForGpu> {
  const graph = await wire(await readRecipe(file, options));
  using _backend = takeBackend(graph, "compiling for a GPU");
  return await compileGraph(graph, options, console);
}

/** Refuses a batch that GPUs cannot share evenly. */
function checkShares({ recipe, one }: Graph, devices: number): void {
  const { path, options: { batch_size: size } } = one("dataset");
  if (size % devices === 0) return;
  throw new DenoiseError(recipe.problem([...path, "batch_size"], batchUneven(size, devices)));
}

/** A name without what people and drivers write differently: `NVIDIA GeForce RTX 4090` is `rtx4090`. */
function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/nvidia|geforce|tesla|[\s_-]/g, "");
}

/** As `compileForGpu`, of a graph whose backend is stopped, for work that has taken it. */
export async function compileGraph(
  graph: Graph,
  { gpu: name = "h100", programs: kinds = programKinds, devices }: Omit<CompileForGpuOptions, "plugins">,
  console: Console,
): Promise<CompiledForGpu> {
  const { stage, path, plugin, options } = graph.one("backend");
  const { ahead } = stage;
  if (ahead === undefined) throw new DenoiseError(graph.recipe.problem(path, messages.gpuBackend(plugin.name)));
  const gpu = ahead.gpus.find((one) => [one.name, one.model].map(plainName).includes(plainName(name)));
  if (gpu === undefined) throw new DenoiseError(messages.gpuUnknown(name, ahead.gpus.map(({ name }) => name)));
  checkShares(graph, devices ?? stage.devices ?? 1);
  const wanted = new Set(kinds), sampler = shownSampler(graph);
  const isWanted = (program: string) => {
    const kind = programKind(program, sampler);
    return kind !== undefined && wanted.has(kind);
  };
  const compiled: CompiledProgram[] = [];
  const take = (program: CompiledProgram) => void compiled.push(program);
  const explained = (error: unknown) => isExplained(error) ? startFailure(graph, error) : error;
  const backend = await ahead
    .open(gpu.name, {
      ...{ devices, wanted: isWanted, compiled: take, compiling: compilingOn(console) },
      warn: (message) => console.warn(visible(message)),
    })
    .catch((error) => {
      throw explained(error);
    });
  try {
    await callPrograms(graph, backend, wanted).catch((error) => {
      throw explained(error);
    });
  } finally {
    await backend.stop();
    console.endProgress();
  }
  const available = gpu.memory * Number(options.memory_fraction ?? usualFraction);
  const order = (program: CompiledProgram) => programKinds.indexOf(programKind(program.name, sampler)!);
  return {
    graph,
    gpu,
    devices: backend.devices ?? 1,
    batch: graph.one("dataset").options.batch_size,
    parts: partCount(graph),
    programs: compiled.sort((a, b) => order(a) - order(b)),
    available,
    fits: compiled.every(({ memory }) => memory.total <= available),
  };
}
