/** A PJRT plugin: a shared library that compiles and runs programs on one kind of device. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { type Api, openApi } from "./api.ts";
import { Client } from "./client.ts";
import { Struct } from "./layout.ts";
import { type ClientOptions, namedValues } from "./named_values.ts";
import { keepNativeLog, levelVariable } from "../runtime/native_log.ts";
import { Topology } from "./topology.ts";

const loaded = new Map<string, PjrtPlugin>();

/**
 * Loads a plugin, once a process.
 *
 * @param file path of the shared library
 * @throws Error where the file is not a PJRT plugin, or has an unknown version of the C API
 */
export function loadPlugin(file: string): PjrtPlugin {
  const path = resolve(file); // a name alone would be looked for in the system's folders
  let plugin = loaded.get(path);
  if (plugin === undefined) {
    quieten();
    const file = statSync(path, { throwIfNoEntry: false }); // before it is loaded: it may be replaced at any moment
    plugin = new PjrtPlugin(path, openApi(path), [file?.size ?? 0, Math.round(file?.mtimeMs ?? 0)]);
    loaded.set(path, plugin);
  }
  return plugin;
}

/** Plugins log to standard error, in the middle of a progress bar; what matters comes back as errors. */
function quieten(): void {
  try {
    if (Deno.env.get(levelVariable) !== undefined) return;
    // 1: warnings and errors, for a file; 3: only what ends the process.
    Deno.env.set(levelVariable, keepNativeLog() ? "1" : "3");
  } catch {
    // Without the permission for the environment it logs.
  }
}

/** A loaded plugin. */
export class PjrtPlugin {
  /** Version of the PJRT C API that it speaks. */
  readonly version: { readonly major: number; readonly minor: number };
  readonly #api: Api;

  /** @param build bytes of the file and when it was changed last, in milliseconds: another build has others */
  constructor(readonly path: string, api: Api, readonly build: readonly [size: number, modified: number]) {
    this.#api = api;
    this.version = api.version;
    api.call("PJRT_Plugin_Initialize", new Struct("PJRT_Plugin_Initialize_Args"));
  }

  /** What the processor can do beyond its name; empty where that is not known. */
  get processorFeatures(): string {
    return this.#api.processorFeatures;
  }

  /** Whether the plugin has a function of the C API, such as "PJRT_Executable_Serialize". */
  has(call: string): boolean {
    return this.#api.has(call);
  }

  /** Starts the devices. @throws PjrtError where there are none, or an option is unknown */
  createClient(options: ClientOptions = {}): Client {
    const { list, count, held } = namedValues(options);
    const args = new Struct("PJRT_Client_Create_Args").point("create_options", list).set("num_options", count);
    this.#api.call("PJRT_Client_Create", args.hold(held));
    return new Client(this, this.#api, args.pointer("client"));
  }

  /**
   * Describes devices that need not be there, to compile for them.
   *
   * @param options in the plugin's words, such as `{ topology: "1x1x2" }`
   * @throws PjrtError where the plugin describes none, or an option is unknown
   */
  describe(options: ClientOptions): Topology {
    const { list, count, held } = namedValues(options);
    const args = new Struct("PJRT_TopologyDescription_Create_Args").text("topology_name", "topology_name_size", "")
      .point("create_options", list).set("num_options", count).hold(held);
    this.#api.call("PJRT_TopologyDescription_Create", args);
    return new Topology(this.#api, args.pointer("topology"));
  }
}
