/** Compiled programs: run, saved, inspected. */
import type { Api } from "./api.ts";
import { Buffer } from "./buffer.ts";
import { type ElementType, typeOf } from "./element_type.ts";
import { PjrtError } from "./error.ts";
import { settled } from "./event.ts";
import { Handle, Handles, type Uses } from "./handle.ts";
import { addressOf, Struct, viewAt } from "./layout.ts";
import { type MemoryNeeds, memoryNeeds } from "./memory_needs.ts";
import { optimizedProgram, type Program } from "./program.ts";

/** Shape and type of an output, on one device. */
export interface OutputType {
  readonly shape: readonly number[];
  readonly type: ElementType;
}

/** A program in the form that a device runs. Freed by `using`, or when nothing holds it any more. */
export class Executable extends Handle {
  /** What the program returns on each device. */
  readonly outputs: readonly OutputType[];
  readonly #options = new Struct("PJRT_ExecuteOptions");

  constructor(readonly api: Api, handle: bigint, readonly partitions: number, uses: Uses) {
    super(Handles.of(handle, api.destroyer("PJRT_LoadedExecutable_Destroy"), uses));
    this.outputs = this.#inspect((executable) => outputTypes(api, executable));
  }

  protected override what(): string {
    return "a compiled program: it is freed";
  }

  /**
   * Starts one run of the program and returns before it ends.
   *
   * @param inputs arguments by device
   * @param donated places of arguments whose memory the program takes over: they count as freed afterwards
   * @returns outputs by device; they may still be under way
   * @throws PjrtError where the run cannot start
   */
  execute(inputs: readonly (readonly Buffer[])[], donated: readonly number[] = []): Buffer[][] {
    const run = this.#prepare(inputs);
    this.api.call("PJRT_LoadedExecutable_Execute", run.args);
    return this.#finish(run, inputs, donated);
  }

  /**
   * As `execute`, and says when the run has ended.
   *
   * @param kept places of arguments that the program would take over, but must copy: somebody else uses them too
   * @returns outputs by device, and a promise that rejects with PjrtError where the run failed
   */
  start(
    inputs: readonly (readonly Buffer[])[],
    kept: readonly number[] = [],
  ): { outputs: Buffer[][]; done: Promise<void> } {
    const run = this.#prepare(inputs, kept);
    const events = new BigUint64Array(new ArrayBuffer(8 * inputs.length));
    run.args.point("device_complete_events", events);
    this.api.call("PJRT_LoadedExecutable_Execute", run.args);
    const done = this.uses.during(async () => {
      await Promise.all([...events].map((event) => settled(this.api, event)));
    });
    return { outputs: this.#finish(run, inputs, []), done };
  }

  /** The program in the plugin's own format, for `Client.load`. @throws PjrtError where the plugin cannot */
  serialize(): Uint8Array {
    return this.#inspect((executable) => {
      const args = new Struct("PJRT_Executable_Serialize_Args", { executable });
      this.api.call("PJRT_Executable_Serialize", args);
      const bytes = new Uint8Array(args.number("serialized_bytes_size"));
      viewAt(args.pointer("serialized_bytes")).copyInto(bytes);
      const free = Deno.UnsafePointer.create(args.pointer("serialized_executable_deleter"));
      if (free !== null) {
        // deno-lint-ignore no-explicit-any -- a pointer has no type until it is given one
        new Deno.UnsafeFnPointer(free as any, { parameters: ["pointer"], result: "void" } as const)
          .call(Deno.UnsafePointer.create(args.pointer("serialized_executable")));
      }
      return bytes;
    });
  }

  /** The program after XLA's passes: its format's name ("hlo_with_config", …) and bytes. */
  optimizedProgram(): Program {
    return this.#inspect((executable) => optimizedProgram(this.api, executable));
  }

  /** What a run takes of a device's memory; undefined where the plugin does not say. */
  memoryNeeds(): MemoryNeeds | undefined {
    if (!this.api.has("PJRT_Executable_GetCompiledMemoryStats")) return undefined;
    try {
      return this.#inspect((executable) => memoryNeeds(this.api, executable));
    } catch (error) {
      if (error instanceof PjrtError && error.code === "UNIMPLEMENTED") return undefined;
      throw error;
    }
  }

  #prepare(inputs: readonly (readonly Buffer[])[], kept: readonly number[] = []) {
    if (inputs.length !== this.partitions) {
      throw new Error(`Cannot run a program of ${this.partitions} devices with the arguments of ${inputs.length}`);
    }
    const counts = inputs[0]!.length;
    const given = inputs.map((buffers) => {
      const list = new BigUint64Array(new ArrayBuffer(8 * Math.max(1, counts)));
      for (let i = 0; i < counts; i++) list[i] = buffers[i]!.handle;
      return list;
    });
    const made = inputs.map(() => new BigUint64Array(new ArrayBuffer(8 * Math.max(1, this.outputs.length))));
    const args = new Struct("PJRT_LoadedExecutable_Execute_Args", {
      executable: this.handle,
      num_devices: inputs.length,
      num_args: counts,
    });
    let options = this.#options;
    if (kept.length > 0) {
      options = new Struct("PJRT_ExecuteOptions", { num_non_donatable_input_indices: kept.length });
      options.point("non_donatable_input_indices", BigInt64Array.from(kept, BigInt));
    }
    args.point("options", options).point("argument_lists", pointers(given)).point("output_lists", pointers(made));
    return { args, given, made };
  }

  #finish(
    { made }: { readonly made: readonly BigUint64Array[] },
    inputs: readonly (readonly Buffer[])[],
    donated: readonly number[],
  ): Buffer[][] {
    for (const buffers of inputs) for (const i of donated) buffers[i]![Symbol.dispose]();
    const free = this.api.destroyer("PJRT_Buffer_Destroy");
    return made.map((list) => {
      const handles = new Handles(list.subarray(0, this.outputs.length), free, this.uses);
      return this.outputs.map(({ shape, type }, i) => new Buffer(this.api, handles, i, shape, type));
    });
  }

  /** Calls with the `PJRT_Executable` behind the loaded one, and frees it. */
  #inspect<T>(fn: (executable: bigint) => T): T {
    const args = new Struct("PJRT_LoadedExecutable_GetExecutable_Args", { loaded_executable: this.handle });
    const executable = this.api.call("PJRT_LoadedExecutable_GetExecutable", args).pointer("executable");
    try {
      return fn(executable);
    } finally {
      this.api.call("PJRT_Executable_Destroy", new Struct("PJRT_Executable_Destroy_Args", { executable }));
    }
  }
}

function pointers(lists: readonly BigUint64Array<ArrayBuffer>[]): BigUint64Array<ArrayBuffer> {
  const out = new BigUint64Array(new ArrayBuffer(8 * lists.length));
  lists.forEach((list, i) => out[i] = addressOf(list));
  return out;
}

function outputTypes(api: Api, executable: bigint): OutputType[] {
  const types = new Struct("PJRT_Executable_OutputElementTypes_Args", { executable });
  api.call("PJRT_Executable_OutputElementTypes", types);
  const dims = new Struct("PJRT_Executable_OutputDimensions_Args", { executable });
  api.call("PJRT_Executable_OutputDimensions", dims);
  const count = types.number("num_output_types");
  if (count === 0) return [];
  const [codes, ranks] = [viewAt(types.pointer("output_types")), viewAt(dims.pointer("dim_sizes"))];
  let at = 0;
  return Array.from({ length: count }, (_, i) => {
    const rank = Number(ranks.getBigUint64(8 * i));
    const shape = Array.from({ length: rank }, () => Number(viewAt(dims.pointer("dims")).getBigInt64(8 * at++)));
    return { shape, type: typeOf(codes.getInt32(4 * i)) };
  });
}
