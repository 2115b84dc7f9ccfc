/** Functions compiled for a GPU that is not here: traced on the processor, never run. */
import type { CompileFunctionOptions } from "../backend/compile.ts";
import type { Destination } from "../backend/destination.ts";
import type { XlaEngine } from "../backend/engine.ts";
import { type AskedPrecision, precisionAt } from "../backend/precision.ts";
import type { Turns } from "../backend/repeat.ts";
import type { Tree } from "../backend/tree.ts";
import { AheadCompiler, type AheadCompilerOptions } from "./compiler.ts";
import type { Gpu } from "./gpus.ts";
import type { ProgramReport } from "./report.ts";

/** What to compile for, and what to do with what comes of it. */
export interface AheadOptions extends AheadCompilerOptions {
  readonly precision: AskedPrecision;
  /** Which functions are compiled, by their names; the others only give zeros. Default: all. */
  readonly wanted?: ((name: string) => boolean) | undefined;
  /** Takes what became of each program. */
  readonly compiled: (report: ProgramReport) => void;
}

/**
 * In place of an engine: functions are compiled for the GPU as they are called, and give zeros of the right shapes, so
 * that what calls them can call the next.
 */
export class AheadEngine {
  readonly #tracer: XlaEngine;
  readonly #options: AheadOptions;
  readonly #compiler: AheadCompiler;
  readonly #destination: Destination;
  /** Programs that were told of. */
  readonly #told = new Set<string>();

  /** @param tracer an engine that is started, of the processor: it traces, and computes what a function captures */
  constructor(tracer: XlaEngine, options: AheadOptions) {
    this.#tracer = tracer;
    this.#options = options;
    this.#compiler = new AheadCompiler(options);
    const capability = options.gpu.capability.join("."), target = { platform: "cuda", features: "", capability };
    const attentionWidth = attentionWidthOf(options.gpu);
    this.#destination = { platform: "cuda", precision: precisionAt(target, options.precision), attentionWidth };
  }

  /** As `XlaEngine.compile`: a call resolves once the program is compiled. */
  compile<A extends readonly Tree[], R extends Tree>(
    fn: (...args: A) => R,
    options: CompileFunctionOptions,
  ): (...args: A) => Promise<R> {
    const { devices } = this.#options;
    return (...args) =>
      this.#take(
        options.name,
        this.#tracer.emit(fn as unknown as (...args: Tree[]) => R, args, { devices, ...options }, this.#destination),
      );
  }

  /** As `XlaEngine.repeat`. */
  repeat<C extends Tree, T extends Tree, A extends readonly Tree[]>(
    step: (carried: C, tick: T, ...rest: A) => C,
    options: { readonly name: string; readonly precision?: "float32" | undefined },
  ): (carried: C, turns: Turns, ticks: T, ...rest: A) => Promise<C> {
    const untyped = step as unknown as (carried: C, tick: Tree, ...rest: Tree[]) => C;
    return (carried, turns, ticks, ...rest) =>
      this.#take(
        options.name,
        this.#tracer.emitLoop(untyped, [carried, turns, ticks, ...rest], options, this.#destination),
      );
  }

  async #take<R>(name: string, emitted: { text: string; devices: number; result: R }): Promise<R> {
    const { wanted = () => true, compiled } = this.#options;
    if (!wanted(name) || this.#told.has(emitted.text)) return emitted.result;
    this.#told.add(emitted.text);
    compiled(await this.#compiler.compile(emitted.text, name, emitted.devices));
    return emitted.result;
  }
}

/** The widest head of attention that cuDNN has kernels for, forward and backward: 256 on Hopper and data centres' Blackwell. */
function attentionWidthOf({ capability: [major] }: Gpu): number {
  return major === 9 || major === 10 ? 256 : major >= 8 ? 128 : 0;
}
