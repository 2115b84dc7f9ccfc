/** What a program became for a GPU, in numbers. */
import type { MemoryNeeds } from "../pjrt/mod.ts";
import { hasLoop, type Kernel, kernelsOf } from "../hlo/kernels.ts";
import type { Module } from "../hlo/module.ts";
import type { Work } from "../hlo/work.ts";
import { type Gpu, type MatrixType, peakOf } from "./gpus.ts";

/** Bytes from which a kernel is no longer called small. */
export const smallKernel = 1e6;

/** Convolutions or products of one sort. */
export interface WorkReport extends Pick<Work, "what" | "library"> {
  /** What the factors are multiplied in. */
  readonly type: MatrixType | "other";
  readonly count: number;
  readonly flops: number;
}

/** A program compiled for a GPU. Of a loop, one turn: what is before and after it is left out of kernels and times. */
export interface ProgramReport {
  /** What it was called when it was compiled. */
  readonly name: string;
  /** Whether the numbers are those of one turn of its loop. */
  readonly turn: boolean;
  /** Kernels that it starts, and those of them that move less than a megabyte. */
  readonly kernels: number;
  readonly small: number;
  /** Bytes of operands and results of all kernels: the most that is moved from and to the memory. */
  readonly bytes: number;
  /** Seconds that moving them takes at the memory's full rate. */
  readonly bytesSeconds: number;
  /** FLOP of convolutions and matrix products. */
  readonly flops: number;
  /** Seconds that they take at the full rate of the units for their types. */
  readonly flopsSeconds: number;
  /** Seconds of all kernels, each as long as the longer of the two: about the best to hope for. */
  readonly seconds: number;
  /** Convolutions and products by sort, the most FLOP first. */
  readonly work: readonly WorkReport[];
  /** Kernels that only copy or transpose, and the bytes of them. */
  readonly copies: number;
  readonly copiedBytes: number;
  /** Exchanges between devices, and the bytes of them. */
  readonly collectives: number;
  readonly collectiveBytes: number;
  /** What it takes of a device's memory. */
  readonly memory: MemoryNeeds & {
    /** All of it at once. */
    readonly total: number;
  };
  /** The kernels that move most. */
  readonly largest: readonly Pick<Kernel, "name" | "kind" | "bytes">[];
}

/** The numbers of a compiled program. */
export function reportOf(module: Module, name: string, memory: MemoryNeeds, gpu: Gpu): ProgramReport {
  const turn = hasLoop(module);
  const kernels = kernelsOf(module).filter((kernel) => !turn || kernel.turn);
  const bytes = sum(kernels.map(({ bytes }) => bytes));
  const work = kernels.flatMap(({ work }) => work);
  const secondsOf = (work: readonly Work[]) =>
    sum(work.map((one) => one.flops / peakOf(gpu, knownType(multipliedIn(one, gpu)))));
  const [copies, collectives] = [of("copy"), of("collective")];
  return {
    ...{ name, turn, kernels: kernels.length, bytes },
    small: kernels.filter(({ bytes }) => bytes < smallKernel).length,
    bytesSeconds: bytes / gpu.bandwidth,
    flops: sum(work.map(({ flops }) => flops)),
    flopsSeconds: secondsOf(work),
    seconds: sum(kernels.map((kernel) => Math.max(kernel.bytes / gpu.bandwidth, secondsOf(kernel.work)))),
    work: sorts(work, gpu),
    copies: copies.length,
    copiedBytes: sum(copies.map(({ bytes }) => bytes)),
    collectives: collectives.length,
    collectiveBytes: sum(collectives.map(({ bytes }) => bytes)),
    memory: { ...memory, total: memory.arguments + memory.results - memory.shared + memory.temporary + memory.code },
    largest: [...kernels].sort((a, b) => b.bytes - a.bytes).slice(0, 20)
      .map(({ name, kind, bytes }) => ({ name, kind, bytes })),
  };

  function of(kind: Kernel["kind"]): Kernel[] {
    return kernels.filter((kernel) => kernel.kind === kind);
  }
}

/** GPUs from compute capability 8.0 on round factors of float32 to TF32, unless they are asked to keep all digits. */
function multipliedIn({ type, exact }: Work, { matrix }: Gpu): WorkReport["type"] {
  if (type === "bf16") return "bfloat16";
  if (type === "f32") return exact || matrix.tf32 === 0 ? "float32" : "tf32";
  return "other";
}

/** Other types are rare: counted at the rate of float32. */
function knownType(type: WorkReport["type"]): MatrixType {
  return type === "other" ? "float32" : type;
}

function sorts(work: readonly Work[], gpu: Gpu): WorkReport[] {
  const groups = Map.groupBy(work, (one) => `${one.what}\n${one.library}\n${multipliedIn(one, gpu)}`);
  return [...groups.values()].map((all) => {
    const { what, library } = all[0]!;
    const flops = sum(all.map(({ flops }) => flops));
    return { what, library, type: multipliedIn(all[0]!, gpu), count: all.length, flops };
  }).sort((a, b) => b.flops - a.flops);
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
