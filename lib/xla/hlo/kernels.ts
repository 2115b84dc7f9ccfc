/** The kernels of a compiled program: what it starts, one after the other, and what each moves. */
import { bytesOf, type Computation, type Instruction, type Module } from "./module.ts";
import { type Work, workOf } from "./work.ts";

/** What a kernel is. */
export type KernelKind = "convolution" | "product" | "attention" | "collective" | "copy" | "sum" | "fusion" | "other";

/** One kernel. */
export interface Kernel {
  readonly name: string;
  readonly kind: KernelKind;
  /** Bytes of its operands and results, as if nothing stayed in a cache: the most that it moves. */
  readonly bytes: number;
  /** Its convolutions and matrix products. */
  readonly work: readonly Work[];
  /** Whether it is in a loop: it runs in every turn. */
  readonly turn: boolean;
}

/** Operations that start nothing. */
const free = new Set(
  ("parameter constant tuple get-tuple-element bitcast after-all partition-id replica-id opt-barrier add-dependency")
    .split(" "),
);
const collectives = /^(all-reduce|all-gather|all-to-all|reduce-scatter|collective-permute|collective-broadcast)/;

/** All kernels; those of a loop once, as in one turn. */
export function kernelsOf(module: Module): Kernel[] {
  return [...inside(module, module.computations.get(module.entry)!, false)];
}

/** Whether a program has a loop. */
export function hasLoop(module: Module): boolean {
  return module.computations.get(module.entry)!.instructions.some(({ opcode }) => opcode === "while");
}

function* inside(module: Module, computation: Computation, turn: boolean): Generator<Kernel, void, void> {
  const known = new Map(computation.instructions.map((one) => [one.id, one]));
  for (const one of computation.instructions) {
    const { opcode, calls } = one;
    const called = calls.flatMap((id) => module.computations.get(id) ?? []);
    if (opcode === "while") {
      // Its condition and its body; which is which, their results say.
      const body = called.find((each) => each.instructions.at(-1)?.shape.type !== "pred");
      if (body !== undefined) yield* inside(module, body, true);
      continue;
    }
    if (["call", "conditional", "async-start"].includes(opcode) && called.length > 0) {
      for (const each of called) yield* inside(module, each, turn);
      continue;
    }
    if (free.has(opcode) || /-(done|update)$/.test(opcode)) continue;
    const operands = one.operands.flatMap((id) => known.get(id) ?? []);
    yield {
      name: one.name,
      kind: kindOf(one, called),
      bytes: bytesOf(one.shape) + operands.reduce((sum, { shape }) => sum + bytesOf(shape), 0),
      work: workOf(one, operands, called),
      turn,
    };
  }
}

function kindOf(one: Instruction, called: readonly Computation[]): KernelKind {
  const { opcode, target, fusion } = one;
  if (/^__cudnn\$conv/.test(target)) return "convolution";
  if (/^__cudnn\$fmha/.test(target)) return "attention";
  if (/^__cublas\$/.test(target) || opcode === "dot") return "product";
  if (collectives.test(opcode)) return "collective";
  if (opcode === "copy" || opcode === "transpose") return "copy";
  if (opcode !== "fusion") return "other";
  const inner = called.flatMap(({ instructions }) => instructions);
  const has = (...names: string[]) => inner.some(({ opcode }) => names.includes(opcode));
  if (inner.some(({ opcode }) => collectives.test(opcode))) return "collective"; // small ones are kernels of XLA's own
  if (has("dot")) return "product";
  if (has("convolution")) return "convolution";
  if (inner.every(({ opcode }) => free.has(opcode) || opcode === "copy" || opcode === "transpose")) return "copy";
  if (fusion === "kInput" && has("reduce")) return "sum";
  return "fusion";
}
