/** A client: the devices that one plugin drives, and what is compiled and stored for them. */
import type { Api } from "./api.ts";
import { Buffer } from "./buffer.ts";
import type { CompileOptions } from "./compile_options.ts";
import { Device } from "./device.ts";
import { bytesOf, codeOf, type ElementType } from "./element_type.ts";
import { settle } from "./event.ts";
import { Executable } from "./executable.ts";
import { Handles, Uses } from "./handle.ts";
import { type Allocate, fixedBytes, fixedCopy, Struct, viewAt } from "./layout.ts";
import type { PjrtPlugin } from "./plugin.ts";
import { withProgram } from "./program.ts";

/** Name of the format of StableHLO text, by platform, where it is not "mlir": that is bytecode alone on "mps" (jax-mps 0.11). */
const textFormats: Readonly<Record<string, string>> = { mps: "hlo" };

/**
 * Programs and buffers belong to a client. Disposed of, it is freed once the last of them is, and what it compiles is
 * compiled. Forgotten, it is not freed.
 */
export class Client implements Disposable {
  /** Name of the platform, such as "cpu" or "cuda". */
  readonly platform: string;
  readonly platformVersion: string;
  /** Devices of this process. */
  readonly devices: readonly Device[];
  #handle: bigint;
  readonly #api: Api;
  readonly #uses = new Uses();

  constructor(readonly plugin: PjrtPlugin, api: Api, handle: bigint) {
    this.#api = api;
    this.#handle = handle;
    const name = new Struct("PJRT_Client_PlatformName_Args", { client: handle });
    this.platform = api.call("PJRT_Client_PlatformName", name).readText("platform_name", "platform_name_size");
    const version = new Struct("PJRT_Client_PlatformVersion_Args", { client: handle });
    this.platformVersion = api.call("PJRT_Client_PlatformVersion", version)
      .readText("platform_version", "platform_version_size");
    const devices = new Struct("PJRT_Client_AddressableDevices_Args", { client: handle });
    api.call("PJRT_Client_AddressableDevices", devices);
    const count = devices.number("num_addressable_devices");
    this.devices = Array.from(
      { length: count },
      (_, i) => new Device(api, viewAt(devices.pointer("addressable_devices")).getBigUint64(8 * i)),
    );
  }

  /** Compiles StableHLO text on another thread. @throws PjrtError with the parser's or the compiler's words */
  compile(text: string, options: CompileOptions = {}): Promise<Executable> {
    return this.#uses.during(async () => {
      using memory = this.#api.memory();
      const args = await this.#api.callAsync("PJRT_Client_Compile", this.#program(text, options, memory.place));
      return this.#executable(args.pointer("executable"), options);
    });
  }

  /** As `compile`; the thread is blocked. */
  compileSync(text: string, options: CompileOptions = {}): Executable {
    const args = this.#api.call("PJRT_Client_Compile", this.#program(text, options));
    return this.#executable(args.pointer("executable"), options);
  }

  /** Takes a program that `Executable.serialize` saved. @throws PjrtError where it is of another build of the plugin */
  load(serialized: Uint8Array, options: CompileOptions = {}): Promise<Executable> {
    return this.#uses.during(async () => {
      using memory = this.#api.memory();
      const program = this.#serialized(serialized, memory.place);
      const args = await this.#api.callAsync("PJRT_Executable_DeserializeAndLoad", program);
      return this.#executable(args.pointer("loaded_executable"), options);
    });
  }

  /** As `load`; the thread is blocked. */
  loadSync(serialized: Uint8Array, options: CompileOptions = {}): Executable {
    const args = this.#api.call("PJRT_Executable_DeserializeAndLoad", this.#serialized(serialized));
    return this.#executable(args.pointer("loaded_executable"), options);
  }

  /**
   * Copies elements to a device; the data may change once this returns.
   *
   * @param data elements in row-major order, as many bytes as shape and type need
   * @throws TypeError where there are more bytes, or fewer
   */
  upload(data: ArrayBufferView, shape: readonly number[], type: ElementType, device = this.devices[0]!): Buffer {
    const needed = shape.reduce((product, side) => product * side, bytesOf(type));
    if (data.byteLength !== needed) {
      throw new TypeError(
        `Cannot upload ${data.byteLength} bytes as ${type}[${shape}]: exactly ${needed} bytes are needed`,
      );
    }
    const dims = new BigInt64Array(new ArrayBuffer(8 * Math.max(1, shape.length)));
    shape.forEach((side, i) => dims[i] = BigInt(side));
    const args = new Struct("PJRT_Client_BufferFromHostBuffer_Args", {
      client: this.#open,
      type: codeOf(type),
      num_dims: shape.length,
      host_buffer_semantics: 0, // the data is used only during the call
      device: device.handle,
    });
    args.point("dims", dims).point("data", needed === 0 ? fixedBytes(8) : data as ArrayBufferView<ArrayBuffer>);
    this.#api.call("PJRT_Client_BufferFromHostBuffer", args);
    settle(this.#api, args.pointer("done_with_host_buffer"));
    const list = Handles.of(args.pointer("buffer"), this.#api.destroyer("PJRT_Buffer_Destroy"), this.#uses);
    return new Buffer(this.#api, list, 0, [...shape], type);
  }

  [Symbol.dispose](): void {
    const client = this.#handle;
    if (client === 0n) return;
    this.#handle = 0n;
    this.#uses.whenUnused(() =>
      this.#api.call("PJRT_Client_Destroy", new Struct("PJRT_Client_Destroy_Args", { client }))
    );
  }

  #executable(handle: bigint, { partitions = 1 }: CompileOptions): Executable {
    return new Executable(this.#api, handle, partitions, this.#uses);
  }

  get #open(): bigint {
    if (this.#handle !== 0n) return this.#handle;
    throw new Error(`Cannot use the client of "${this.plugin.path}": it is freed`);
  }

  #serialized(bytes: Uint8Array, place: Allocate = fixedBytes): Struct<"PJRT_Executable_DeserializeAndLoad_Args"> {
    return new Struct("PJRT_Executable_DeserializeAndLoad_Args", { client: this.#open }, place)
      .point("serialized_executable", fixedCopy(bytes, place)).set("serialized_executable_size", bytes.length);
  }

  #program(
    text: string,
    options: CompileOptions,
    place: Allocate = fixedBytes,
  ): Struct<"PJRT_Client_Compile_Args"> {
    const partitions = options.partitions ?? 1;
    if (partitions > this.devices.length) {
      throw new Error(
        `Cannot compile for ${partitions} devices: the client has ${this.devices.length}; ` +
          `on a CPU, create it with cpu_device_count: ${partitions}`,
      );
    }
    const args = new Struct("PJRT_Client_Compile_Args", { client: this.#open }, place);
    return withProgram(args, text, options, place, textFormats[this.platform]);
  }
}
