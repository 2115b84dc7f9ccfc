/** Compiles StableHLO for a GPU that is described, and says what became of it. */
import { join } from "node:path";
import { ProgramCache } from "../backend/disk.ts";
import { sameBitsFlagsOf } from "../backend/flags.ts";
import { toolkitFlags } from "../backend/gpu.ts";
import { cacheFolder } from "../cache_folder.ts";
import { readModule } from "../hlo/module.ts";
import { loadPlugin, type MemoryNeeds, PjrtError, type Topology } from "../pjrt/mod.ts";
import { RuntimeError } from "../runtime/error.ts";
import { nativeLines } from "../runtime/native_log.ts";
import type { Gpu } from "./gpus.ts";
import { compilerPlugin } from "./plugins.ts";
import { type ProgramReport, reportOf } from "./report.ts";
import { targetText } from "./target.ts";

/** How to compile. */
export interface AheadCompilerOptions {
  readonly gpu: Gpu;
  /** GPUs that share the work. Default 1. */
  readonly devices?: number | undefined;
  /** Flags of XLA, besides those that programs are compiled with on a GPU that is there. */
  readonly flags?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** Folder of compiled programs; undefined: below the user's cache folder; null: none are kept. */
  readonly cache?: string | null | undefined;
  /** See `XlaOptions.compiling`. */
  readonly compiling?: ((name: string) => () => void) | undefined;
  /** See `XlaOptions.warn`. */
  readonly warn?: ((message: string) => void) | undefined;
}

/** What is kept of a compiled program, besides its optimized text. */
interface Kept {
  readonly format: string;
  readonly memory: MemoryNeeds;
  readonly bytes: Uint8Array;
}

/** A compiler for one kind of GPU. */
export class AheadCompiler {
  readonly #options: AheadCompilerOptions;
  readonly #topology: Topology;
  readonly #flags: Readonly<Record<string, string | number | boolean>>;
  readonly #cache: ProgramCache | undefined;

  /** @throws RuntimeError where no plugin is installed; PjrtError where it does not take the description */
  constructor(options: AheadCompilerOptions, path = compilerPlugin()) {
    const { gpu, devices = 1, cache = join(cacheFolder(), "xla"), flags, warn } = options;
    const plugin = loadPlugin(path), target = targetText(gpu);
    this.#options = options;
    this.#flags = { ...sameBitsFlagsOf("cuda"), ...toolkitFlags(path), ...flags };
    this.#topology = plugin.describe({ target_config: target, topology: `1x1x${devices}` });
    const build = JSON.stringify(["ahead of time", target, plugin.build, this.#flags, process.env.XLA_FLAGS ?? ""]);
    this.#cache = cache === null ? undefined : new ProgramCache(cache, build, warn && { lost: warn });
  }

  /**
   * Compiles a program, unless it is known from earlier.
   *
   * @param text StableHLO
   * @param name of the function that it is, for people
   * @throws RuntimeError with the compiler's words
   */
  async compile(text: string, name: string, partitions = 1): Promise<ProgramReport> {
    const { format, memory, bytes } = this.#find(text, partitions) ?? await this.#make(text, name, partitions);
    return reportOf(readModule(bytes, format), name, memory, this.#options.gpu);
  }

  async #make(text: string, name: string, partitions: number): Promise<Kept> {
    const { compiling, gpu } = this.#options;
    const ended = compiling?.(name);
    try {
      using program = await this.#topology.compile(text, { partitions, flags: this.#flags });
      const kept = { ...program.optimizedProgram(), memory: program.memoryNeeds() };
      this.#cache?.save(text, partitions, { serialize: () => pack(kept) });
      return kept;
    } catch (error) {
      if (!(error instanceof PjrtError)) throw error;
      const help = nativeLines().map((line) => `it wrote: ${line}`);
      throw new RuntimeError(`Cannot compile the ${name} for ${gpu.model}: ${error.message}`, help, { cause: error });
    } finally {
      ended?.();
    }
  }

  #find(text: string, partitions: number): Kept | undefined {
    const packed = this.#cache?.find(text, partitions);
    return packed && unpack(packed);
  }
}

const newline = 10;

/** A line of JSON, then the program. */
function pack({ bytes, ...head }: Kept): Uint8Array {
  const line = new TextEncoder().encode(`${JSON.stringify(head)}\n`);
  const packed = new Uint8Array(line.length + bytes.length);
  packed.set(line);
  packed.set(bytes, line.length);
  return packed;
}

function unpack(packed: Uint8Array): Kept {
  const end = packed.indexOf(newline);
  return { ...JSON.parse(new TextDecoder().decode(packed.subarray(0, end))), bytes: packed.subarray(end + 1) };
}
