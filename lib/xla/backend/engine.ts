/** The engine: a PJRT plugin started, registered as a tfjs backend, and functions compiled for it. */
import * as tf from "@tensorflow/tfjs";
import { join } from "node:path";
import { type Client, type ClientOptions, loadPlugin } from "../pjrt/mod.ts";
import { XlaBackend } from "./backend.ts";
import { compileFunction, type CompileFunctionOptions, emitFunction } from "./compile.ts";
import { type Destination, emittedFor } from "./destination.ts";
import { XlaDevice } from "./device.ts";
import { ProgramCache } from "./disk.ts";
import { oneDnn, supportedFlags } from "./flags.ts";
import { type AskedPrecision, type ComputedPrecision, precisionAt, targetOf } from "./precision.ts";
import { emitIn, settings } from "../kernels/settings.ts";
import { registerBackend } from "./register.ts";
import { checkTurns, loopOf, type Turns } from "./repeat.ts";
import { typeName } from "./tensor_entry.ts";
import type { Tree } from "./tree.ts";
import { build } from "./tree_structure.ts";
import { loadLibrariesFor } from "../runtime/nvidia.ts";
import { buildOf } from "./build.ts";
import { isCpu, type MemoryOptions, memoryOptions, toolkitFlags } from "./gpu.ts";
import { tuningFlags } from "./tuning.ts";
import { cacheFolder } from "../cache_folder.ts";

/** What an engine runs on, and how. */
export interface XlaOptions {
  /** Path of the PJRT plugin: a shared library. */
  readonly plugin: string;
  /** Devices to split compiled functions over. On a CPU, one process has as many as are asked for. Default 1. */
  readonly devices?: number | undefined;
  /**
   * `float32`: all digits, on GPUs too. `tensorfloat32`: factors of convolutions and matrix products are rounded to 10 bits
   * of mantissa where the device has arithmetic for that, else float32. `mixed`: such factors in bfloat16, sums in float32.
   * `mixed-where-fast`: float32 on processors without bfloat16 arithmetic, else mixed. Default `float32`.
   */
  readonly precision?: AskedPrecision | undefined;
  /**
   * Whether a GPU gives the same bits every time. Otherwise XLA tries kernels and takes the fastest, and keeps its choices
   * beside the programs on disk. A processor gives the same bits in any case. Default false.
   */
  readonly deterministic?: boolean | undefined;
  /** Folder of compiled programs; undefined: below the user's cache folder; null: none are kept. */
  readonly cache?: string | null | undefined;
  /** Memory of GPUs; a CPU takes what it needs. */
  readonly memory?: MemoryOptions | undefined;
  /** Further options of the plugin's client. */
  readonly client?: ClientOptions | undefined;
  /** Flags of XLA, besides those that the engine sets itself. */
  readonly flags?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** Starts of addresses of code between the user's and tfjs: messages name a line of the user's, where there is one. */
  readonly library?: readonly string[] | undefined;
  /**
   * Called as a program begins to compile that is not on disk, with the name of the function; what it returns, as that
   * ends. The event loop runs meanwhile.
   */
  readonly compiling?: ((name: string) => () => void) | undefined;
  /** Called once with a message where compiled programs cannot be kept on disk. */
  readonly warn?: ((message: string) => void) | undefined;
  /** Name of the tfjs backend. Default "xla". */
  readonly name?: string | undefined;
}

/** Clients by plugin and options: they are not made twice in a process. */
const clients = new Map<string, Client>();

/** The device behind each name that tfjs knows. */
const registered = new Map<string, XlaDevice>();

/** A PJRT plugin as a backend of tfjs: ops one by one, and functions compiled as a whole. */
export class XlaEngine {
  readonly #options: XlaOptions;
  #device: XlaDevice | undefined;
  #precision: ComputedPrecision | undefined;

  /** Loads nothing yet: `start` does. */
  constructor(options: XlaOptions) {
    this.#options = options;
  }

  /** Name of the backend in tfjs. */
  get name(): string {
    return this.#options.name ?? "xla";
  }

  /** Path of the PJRT plugin. */
  get plugin(): string {
    return this.#options.plugin;
  }

  /** The device with its compiled programs. @throws Error before `start` */
  get device(): XlaDevice {
    if (this.#device !== undefined) return this.#device;
    throw new Error("Cannot use the xla backend: start it first");
  }

  /** What compiled programs compute in. @throws Error before `start` */
  get precision(): ComputedPrecision {
    if (this.#precision !== undefined) return this.#precision;
    throw new Error("Cannot tell the xla backend's precision: start it first");
  }

  /** Loads the plugin and makes this the current backend of tfjs. Safe to call twice. */
  async start(): Promise<void> {
    await this.register();
    emitIn(this.precision);
    await tf.setBackend(this.name);
    await tf.ready();
  }

  /** Loads the plugin and makes the backend known to tfjs by its name, without making it the current one. */
  async register(): Promise<void> {
    const { plugin, devices = 1, flags, cache, memory, precision = "float32" } = this.#options;
    if (this.#device === undefined) {
      const client = clientFor(plugin, devices, { ...memoryOptions(plugin, memory), ...this.#options.client });
      if (client.devices.length < devices) {
        throw new Error(
          `Cannot use ${devices} devices: the ${client.platform} plugin sees ${client.devices.length}; ask for at most that many`,
        );
      }
      this.#precision = precisionAt(targetOf(client), precision);
      const { library, warn, compiling, deterministic = false } = this.#options;
      const mixed = this.#precision === "mixed";
      const known = await supportedFlags(client, { mixed, deterministic });
      const all = { ...known, ...toolkitFlags(plugin), ...flags };
      const folder = cache === undefined ? defaultFolder() : cache;
      const build = JSON.stringify([buildOf(client), all]);
      const programs = folder === null ? undefined : new ProgramCache(folder, build, warn && { lost: warn });
      const tuned = folder === null || deterministic ? {} : await tuningFlags(client, folder, build);
      this.#device = new XlaDevice(client, { ...tuned, ...all }, programs, devices, library, compiling);
    }
    settings.platform = this.#device.client.platform;
    settings.oneDnn = this.#device.flags[oneDnn] === true;
    if (registered.get(this.name) === this.#device && tf.findBackendFactory(this.name) != null) return;
    if (tf.findBackendFactory(this.name) != null) tf.removeBackend(this.name);
    registerBackend(this.name, this.#device);
    registered.set(this.name, this.#device);
  }

  /**
   * Compiles a pure function of trees of tensors, on the first call for each signature of shapes. A call enqueues the
   * work and resolves; what it gives may still be under way.
   */
  compile<A extends readonly Tree[], R extends Tree>(
    fn: (...args: A) => R,
    options: CompileFunctionOptions,
  ): (...args: A) => Promise<R> {
    return compileFunction(() => this.#current(), fn, { devices: this.#options.devices, ...options });
  }

  /**
   * Compiles a loop: `step` gives what the next turn begins with, and a call runs it for `turns`, from the first up to
   * but not including the second, as one program. Element `i` on the first axis of each tensor in `ticks` belongs to turn
   * `i`; a program serves any turns. What is carried is consumed. Work is not split over devices.
   *
   * @throws RangeError where turns are none, or ticks do not reach; TypeError where a step changes names, shapes or types
   */
  repeat<C extends Tree, T extends Tree, A extends readonly Tree[]>(
    step: (carried: C, tick: T, ...rest: A) => C,
    options: { readonly name: string; readonly precision?: "float32" | undefined },
  ): (carried: C, turns: Turns, ticks: T, ...rest: A) => Promise<C> {
    const { name } = options;
    const run = this.compile(loopOf(() => this.#current(), step, name), { ...options, donate: [0] });
    return async (carried, turns, ticks, ...rest) => {
      checkTurns(name, turns, ticks);
      const [from, to] = turns.map((turn) => tf.scalar(turn, "int32")) as [tf.Tensor, tf.Tensor];
      try {
        return await run(carried, [from, to], ticks, ...rest);
      } finally {
        tf.dispose([from, to]);
      }
    };
  }

  /**
   * Emits the program of a pure function as for another platform, without compiling it: for devices that are not here.
   *
   * @param destination what it is emitted for, such as `{ platform: "cuda", precision: "mixed" }`
   * @returns the program, and a result of the right shapes whose numbers are zeros
   */
  emit<R extends Tree>(
    fn: (...args: Tree[]) => R,
    args: readonly Tree[],
    options: CompileFunctionOptions,
    destination: Destination,
  ): { readonly text: string; readonly devices: number; readonly result: R } {
    const backend = this.#current();
    const { text, devices, result, outputs, captured } = emittedFor(
      destination,
      () => emitFunction(backend, args, fn, options),
    );
    for (const value of captured) backend.graph.release(value);
    let next = 0;
    const zeros = build(result, () => {
      const { shape, dtype } = outputs[next++]!;
      return tf.fill([...shape], 0, typeName(dtype));
    });
    return { text, devices, result: zeros as R };
  }

  /** As `emit`, of a loop: see `repeat`. */
  emitLoop<C extends Tree>(
    step: (carried: C, tick: Tree, ...rest: Tree[]) => C,
    [carried, turns, ticks, ...rest]: readonly [C, Turns, Tree, ...Tree[]],
    options: CompileFunctionOptions,
    destination: Destination,
  ): { readonly text: string; readonly devices: number; readonly result: C } {
    const fn = loopOf(() => this.#current(), step, options.name) as unknown as (...args: Tree[]) => C;
    const [from, to] = turns.map((turn) => tf.scalar(turn, "int32")) as [tf.Tensor, tf.Tensor];
    return this.emit(fn, [carried, [from, to], ticks, ...rest], { ...options, donate: [0] }, destination);
  }

  /**
   * Frees what the backend's tensors hold, and compiled programs. It waits for what is under way, for a second at most: a
   * program may compile for minutes, and nobody waits for it any more. It can start again, also by `tf.setBackend`.
   */
  async stop(): Promise<void> {
    if (this.#device === undefined) return;
    if (registered.get(this.name) === this.#device) {
      tf.removeBackend(this.name);
      registerBackend(this.name, this.#device);
      emitIn("float32");
    }
    await this.#device.idle(1000);
    this.#device.free();
  }

  #current(): XlaBackend {
    const backend = tf.findBackend(this.name);
    if (backend instanceof XlaBackend) return backend;
    throw new Error("Cannot run a compiled function: the xla backend is not started");
  }
}

function clientFor(path: string, devices: number, options: ClientOptions): Client {
  const key = JSON.stringify([path, devices, options]);
  let client = clients.get(key);
  if (client === undefined) {
    loadLibrariesFor(path);
    const plugin = loadPlugin(path);
    client = plugin.createClient({ ...cpuDevices(path, devices), ...options });
    clients.set(key, client);
  }
  return client;
}

/** CPU plugins are asked for a number of devices; others have those that are there. */
function cpuDevices(path: string, devices: number): ClientOptions {
  return isCpu(path) ? { cpu_device_count: devices } : {};
}

function defaultFolder(): string {
  return join(cacheFolder(), "xla");
}
