/** A PJRT plugin: a shared library that compiles and runs programs on one kind of device. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { type Api, openApi } from "./api.ts";
import { Client } from "./client.ts";
import { fixedBytes, layout, Struct } from "./layout.ts";

/** What `Plugin.createClient` passes on to the plugin, such as `cpu_device_count: 4`. */
export type ClientOptions = Readonly<Record<string, string | number | boolean>>;

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
    if (Deno.env.get("TF_CPP_MIN_LOG_LEVEL") === undefined) Deno.env.set("TF_CPP_MIN_LOG_LEVEL", "3");
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
    const values = Object.entries(options).map(([name, value]) => namedValue(name, value));
    const size = Math.ceil(layout("PJRT_NamedValue").size / 8) * 8;
    const list = fixedBytes(size * values.length);
    values.forEach((value, i) => list.set(value.bytes, size * i));
    const args = new Struct("PJRT_Client_Create_Args").point("create_options", list).set("num_options", values.length);
    args.hold(...values); // the list is a copy: their texts stay theirs
    this.#api.call("PJRT_Client_Create", args);
    return new Client(this, this.#api, args.pointer("client"));
  }
}

/** `PJRT_NamedValue` of a string (0), int64 (1), float (3) or bool (4). */
function namedValue(name: string, value: string | number | boolean): Struct<"PJRT_NamedValue"> {
  const struct = new Struct("PJRT_NamedValue").text("name", "name_size", name);
  if (typeof value === "string") return struct.text("value", "value_size", value).set("type", 0);
  struct.set("value_size", 1);
  if (typeof value === "boolean") return struct.set("type", 4).set("value", Number(value));
  if (Number.isInteger(value)) return struct.set("type", 1).set("value", value);
  return struct.set("type", 3).set("value", new Int32Array(Float32Array.of(value).buffer)[0]! >>> 0);
}
