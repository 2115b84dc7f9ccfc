/** What a recipe's programs became on a GPU, in words. */
import type { CompiledProgram, DescribedGpu } from "../../kinds/ahead.ts";
import { partName } from "../../programs/compiled_step.ts";
import { batchThatFits } from "../../programs/memory.ts";
import { bytes, counted } from "../../terminal/units.ts";
import { line } from "../graph/describe.ts";
import { compiledTable, gpuText, largestKernels, titleOf } from "./table.ts";

/** Programs on a GPU. */
export interface Described {
  /** What they were compiled for. */
  readonly gpu: DescribedGpu;
  /** GPUs that share each batch. */
  readonly devices: number;
  /** Pictures in a batch, of all GPUs together. */
  readonly batch: number;
  /** Parts in which a batch goes through the network, `train.accumulate`. */
  readonly parts: number;
  /** What each became. */
  readonly programs: readonly CompiledProgram[];
  /** Bytes that a program may take: XLA leaves the rest of the memory to others. */
  readonly available: number;
  /** Whether each of the programs fits. */
  readonly fits: boolean;
}

/**
 * Lines of text: the GPU, the programs as a table, and whether they fit.
 *
 * @param top kernels of each program to list, those that move most
 */
export function describeCompiled(compiled: Described, top = 0): string {
  const { gpu, devices, batch, programs } = compiled;
  const shared = devices === 1 ? "" : `, shared by ${devices} GPUs; the numbers are those of each`;
  return [
    line("gpu", gpuText(gpu)),
    line("batch", `${counted(batch, "picture")}${shared}`),
    "",
    ...compiledTable(programs),
    "",
    line("memory", fitText(compiled)),
    line("at best", "each kernel as long as its bytes or its FLOP take at the full rate: a bound, not a forecast"),
    ...(top === 0
      ? []
      : programs.flatMap((one) => ["", `${titleOf(one)}: what moves most`, ...largestKernels(one, top)])),
  ].join("\n");
}

/** Whether the largest program fits, and the batch that would. */
export function fitText({ programs, available, gpu, devices, batch, parts, fits }: Described): string {
  const most = programs.reduce((a, b) => b.memory.total > a.memory.total ? b : a);
  const each = devices === 1 ? "" : ` on each of ${devices} GPUs`;
  const share = `${bytes(available)} that XLA takes of ${bytes(gpu.memory)}${each}`;
  if (fits) return `fits: ${needing(most)} needs ${bytes(most.memory.total)} of the ${share}`;
  const { total, arguments: given } = most.memory;
  // What is not the state grows with the batch.
  const fitting = batchThatFits(batch, { needed: total, available }, given, devices * parts);
  const would = fitting > 0 ? `; dataset.batch_size=${fitting} should fit` : "";
  return `does not fit: ${needing(most)} needs ${bytes(total)}, and there are ${share}${would}`;
}

/**
 * Seconds of a training step at best, of the programs that make one.
 *
 * @param parts parts in which a batch goes through the network, `train.accumulate`
 */
export function stepSeconds(programs: readonly CompiledProgram[], parts: number): number {
  return programs.reduce((sum, { name, seconds }) => sum + seconds * (name === partName ? parts : 1), 0);
}

/** A program within a sentence. */
function needing(program: CompiledProgram): string {
  const [, part] = /^training step, (.+)$/.exec(program.name) ?? [];
  if (part !== undefined) return `${part} of the training step`;
  return program.turn ? `sampling by ${titleOf({ ...program, turn: false })}` : `the ${titleOf(program)}`;
}
