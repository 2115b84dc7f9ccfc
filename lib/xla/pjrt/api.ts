/** The table of functions that a plugin exports, called with structs. */
import { PjrtError } from "./error.ts";
import { functions } from "./functions.ts";
import type { Free } from "./handle.ts";
import { Struct, type StructName } from "./layout.ts";
import { faultOfLibrary } from "../library_file/fault.ts";
import { nativeLines } from "../runtime/native_log.ts";
import { type Library, openLibrary, processorFeatures } from "./library.ts";
import { CallMemory } from "./memory.ts";
import { structs } from "./structs.ts";
import { voidCaller } from "./trampoline.ts";

/** A function that takes one struct, without the `_Args` of that struct's name. */
export type Call = Extract<StructName, `${string}_Args`> extends infer S ? S extends `${infer C}_Args` ? C : never
  : never;

/** Functions that free what their struct's only field names. */
const destroyers = {
  PJRT_Buffer_Destroy: "buffer",
  PJRT_Event_Destroy: "event",
  PJRT_Executable_Destroy: "executable",
  PJRT_LoadedExecutable_Destroy: "executable",
  PJRT_TopologyDescription_Destroy: "topology",
} as const;

type ArgsOf<C extends Call> = Struct<`${C}_Args` & StructName>;

const sync = { parameters: ["buffer"], result: "pointer" } as const;
const async_ = { parameters: ["buffer"], result: "pointer", nonblocking: true } as const;
const firstFunction = 40; // bytes: size, extensions, version
const largestTable = 2 ** 16; // bytes: ten times what there is

/** Functions in which XLA makes global objects, and those in which it does so for a program's first runs. */
const makers: ReadonlySet<Call> = new Set<Call>([
  "PJRT_Client_Create",
  "PJRT_Client_Compile",
  "PJRT_Compile",
  "PJRT_Executable_DeserializeAndLoad",
]);
const runners: ReadonlySet<Call> = new Set<Call>(["PJRT_LoadedExecutable_Execute", "PJRT_Event_Await"]);
const firstRuns = 16; // a run and the waits for it, a few times

/** Versions whose structs have been tried: `major.minor`, oldest and newest. */
export const tried = { major: 0, oldest: 81, newest: 115 } as const;

/** Functions of one loaded plugin. */
export class Api {
  readonly version: { readonly major: number; readonly minor: number };
  readonly #library: Library;
  readonly #view: Deno.UnsafePointerView;
  readonly #count: number;
  readonly #sync = new Map<string, Deno.UnsafeFnPointer<typeof sync>>();
  readonly #async = new Map<string, Deno.UnsafeFnPointer<typeof async_>>();
  readonly #destroyers = new Map<string, Free>();
  #firstRuns = 0; // calls that are still counted as first runs

  /** @throws Error where the version of the plugin cannot be used */
  constructor(library: Library, pointer: Deno.PointerObject, path: string) {
    this.#library = library;
    this.#view = new Deno.UnsafePointerView(pointer);
    const size = Number(this.#view.getBigUint64(0));
    if (size < firstFunction || size > largestTable) {
      throw new Error(
        `Cannot use the PJRT plugin "${path}": GetPjrtApi returned a table of ${size} bytes, and a table of functions ` +
          `has ${firstFunction} to ${largestTable}; the library is not a PJRT plugin, or is damaged`,
      );
    }
    this.#count = Math.floor((size - firstFunction) / 8);
    this.version = { major: this.#view.getInt32(32), minor: this.#view.getInt32(36) };
    checkVersion(this.version, path);
    const missing = required.filter((call) => !this.has(call));
    if (missing.length > 0) {
      throw new Error(
        `Cannot use the PJRT plugin "${path}": it lacks ${missing.slice(0, 3).join(", ")}` +
          `${missing.length > 3 ? ` and ${missing.length - 3} more functions` : ""} of the PJRT C API; ` +
          `the library is not whole, or is made for another purpose`,
      );
    }
  }

  /** Whether the plugin is new enough to have a function. */
  has(call: string): boolean {
    return this.#address(call) !== 0n;
  }

  /** Calls a function; the thread waits. @throws PjrtError */
  call<C extends Call>(call: C, args: ArgsOf<C>): ArgsOf<C> {
    let fn = this.#sync.get(call);
    if (fn === undefined) {
      fn = new Deno.UnsafeFnPointer(this.#pointer(call), sync);
      this.#sync.set(call, fn);
    }
    const error = fn.call(args.bytes);
    this.#leaveFirst(call);
    if (error !== null) throw this.#taken(call, error);
    return args;
  }

  /** See `processorFeatures` of `library.ts`. */
  get processorFeatures(): string {
    return processorFeatures(this.#library);
  }

  /** Memory for a call of `callAsync`. */
  memory(): CallMemory {
    return new CallMemory(this.#library);
  }

  /**
   * Calls a function on another thread, so that the event loop keeps running.
   *
   * @param args in memory of `memory()`, with all that it points to
   * @throws PjrtError
   */
  async callAsync<C extends Call>(call: C, args: ArgsOf<C>): Promise<ArgsOf<C>> {
    let fn = this.#async.get(call);
    if (fn === undefined) {
      fn = new Deno.UnsafeFnPointer(this.#pointer(call), async_);
      this.#async.set(call, fn);
    }
    const error = await fn.call(args.bytes);
    this.#leaveFirst(call);
    if (error !== null) throw this.#taken(call, error);
    return args; // holds the memory until here
  }

  /** See `leaving.ts`: what has just been called may have made global objects. */
  #leaveFirst(call: Call): void {
    if (makers.has(call)) this.#firstRuns = firstRuns;
    else if (!runners.has(call) || this.#firstRuns === 0) return;
    else this.#firstRuns--;
    this.#library.leaveFirst();
  }

  /** A function that frees what an address names. */
  destroyer(call: keyof typeof destroyers): Free {
    let free = this.#destroyers.get(call);
    if (free === undefined) {
      const args = new Struct(`${call}_Args`), run = voidCaller(this.#pointer(call), this.#library.bsearch);
      const field = args.slot(destroyers[call] as never);
      free = (address) => {
        field[0] = address;
        run(args.bytes);
      };
      this.#destroyers.set(call, free);
    }
    return free;
  }

  // deno-lint-ignore no-explicit-any -- a pointer has no type until it is given one
  #pointer(call: string): Deno.PointerObject<any> {
    const pointer = Deno.UnsafePointer.create(this.#address(call));
    if (pointer !== null) return pointer;
    throw new PjrtError(call, 12, `this plugin, of version ${this.version.major}.${this.version.minor}, lacks it`);
  }

  /** Address of a function; 0 where the plugin lacks it. */
  #address(call: string): bigint {
    const place = (functions as readonly string[]).indexOf(call);
    return place >= 0 && place < this.#count ? this.#view.getBigUint64(firstFunction + 8 * place) : 0n;
  }

  /** Reads an error and frees it. */
  #taken(call: string, error: Deno.PointerObject): PjrtError {
    const address = BigInt(Deno.UnsafePointer.value(error));
    const message = new Struct("PJRT_Error_Message_Args", { error: address });
    this.#void("PJRT_Error_Message", message);
    const code = new Struct("PJRT_Error_GetCode_Args", { error: address });
    this.#void("PJRT_Error_GetCode", code);
    const text = message.readText("message", "message_size");
    const exception = new PjrtError(call, code.number("code"), text, nativeLines());
    this.#void("PJRT_Error_Destroy", new Struct("PJRT_Error_Destroy_Args", { error: address }));
    return exception;
  }

  #void(call: Call, args: Struct<StructName>): void {
    new Deno.UnsafeFnPointer(this.#pointer(call), { parameters: ["buffer"], result: "void" } as const).call(args.bytes);
  }
}

/** Functions that a plugin may lack: what needs them is done without. */
const dispensable: readonly string[] = [
  "PJRT_Executable_Serialize",
  "PJRT_Executable_DeserializeAndLoad",
  "PJRT_Executable_OptimizedProgram",
  "PJRT_Executable_GetCompiledMemoryStats",
  "PJRT_Device_MemoryStats",
  "PJRT_DeviceDescription_Attributes",
  "PJRT_TopologyDescription_Create",
  "PJRT_TopologyDescription_Destroy",
  "PJRT_Compile",
];

/** Functions that are called whatever a program does. */
export const required: readonly string[] = Object.keys(structs).filter((name) => name.endsWith("_Args"))
  .map((name) => name.slice(0, -"_Args".length)).filter((call) => !dispensable.includes(call));

/** Refuses a plugin whose structs may lie otherwise than ours. */
export function checkVersion({ major, minor }: { readonly major: number; readonly minor: number }, path: string): void {
  if (major === tried.major && minor >= tried.oldest) return;
  throw new Error(
    `Cannot use the PJRT plugin "${path}": it speaks version ${major}.${minor} of the PJRT C API, and versions ` +
      `${tried.major}.${tried.oldest} and newer of major ${tried.major} are understood ` +
      `(tried up to ${tried.major}.${tried.newest}); install a plugin of such a version`,
  );
}

/** Loads a library and finds its functions. @throws Error where it cannot be loaded or is not a PJRT plugin */
export function openApi(path: string): Api {
  const refuse = (reason: string, cause?: unknown) =>
    new Error(
      `Cannot load the PJRT plugin "${path}": ${reason}; it must be a shared library that exports GetPjrtApi ` +
        `(to fetch one: deno task runtime add cpu)`,
      { cause },
    );
  const fault = faultOfLibrary(path);
  if (fault !== undefined) throw refuse(fault);
  let library;
  try {
    library = openLibrary(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (/register symbol GetPjrtApi/.test(reason)) throw refuse("it does not export GetPjrtApi", error);
    throw refuse(reason.replace(/^(Could not open library: )+/, "").replace(`${path}: `, ""), error);
  }
  const pointer = library.GetPjrtApi();
  if (pointer === null) throw new Error(`Cannot use the PJRT plugin "${path}": GetPjrtApi returned nothing`);
  return new Api(library, pointer, path);
}
