/** Devices that are described, not there: programs are compiled for them ahead of time, and cannot be run. */
import type { Api } from "./api.ts";
import type { CompileOptions } from "./compile_options.ts";
import { Handle, Handles, Uses } from "./handle.ts";
import { Struct } from "./layout.ts";
import { type MemoryNeeds, memoryNeeds } from "./memory_needs.ts";
import { optimizedProgram, type Program, withProgram } from "./program.ts";

/** A program compiled for devices that are described. Freed by `using`, or when nothing holds it any more. */
export class AheadProgram extends Handle {
  readonly #api: Api;

  constructor(api: Api, handle: bigint, uses: Uses) {
    super(Handles.of(handle, api.destroyer("PJRT_Executable_Destroy"), uses));
    this.#api = api;
  }

  protected override what(): string {
    return "a program compiled ahead of time: it is freed";
  }

  /** The program after XLA's passes. */
  optimizedProgram(): Program {
    return optimizedProgram(this.#api, this.handle);
  }

  /** What it takes of a device's memory. */
  memoryNeeds(): MemoryNeeds {
    return memoryNeeds(this.#api, this.handle);
  }
}

/** Devices that a plugin was told of. Freed by `using`, or when nothing holds it any more. */
export class Topology extends Handle {
  readonly #api: Api;
  readonly #programs = new Uses();

  constructor(api: Api, handle: bigint) {
    super(Handles.of(handle, api.destroyer("PJRT_TopologyDescription_Destroy"), new Uses()));
    this.#api = api;
  }

  protected override what(): string {
    return "a description of devices: it is freed";
  }

  /** Compiles StableHLO text on another thread. @throws PjrtError with the parser's or the compiler's words */
  compile(text: string, options: CompileOptions = {}): Promise<AheadProgram> {
    return this.uses.during(async () => {
      using memory = this.#api.memory();
      const args = new Struct("PJRT_Compile_Args", { topology: this.handle }, memory.place);
      await this.#api.callAsync("PJRT_Compile", withProgram(args, text, options, memory.place));
      return new AheadProgram(this.#api, args.pointer("executable"), this.#programs);
    });
  }
}
