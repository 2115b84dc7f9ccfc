/** A device: a GPU, or a part of the CPU. */
import type { Api } from "./api.ts";
import { Struct } from "./layout.ts";

/** Memory of a device, in bytes. */
export interface MemoryStats {
  readonly inUse: number;
  readonly peak?: number;
  readonly limit?: number;
}

/** One device of a client. */
export class Device {
  readonly id: number;
  /** What the plugin calls it. */
  readonly description: string;
  readonly #api: Api;

  constructor(api: Api, readonly handle: bigint) {
    this.#api = api;
    const got = api.call(
      "PJRT_Device_GetDescription",
      new Struct("PJRT_Device_GetDescription_Args", { device: handle }),
    );
    const device_description = got.pointer("device_description");
    this.id = api.call(
      "PJRT_DeviceDescription_Id",
      new Struct("PJRT_DeviceDescription_Id_Args", { device_description }),
    )
      .number("id");
    const text = new Struct("PJRT_DeviceDescription_ToString_Args", { device_description });
    this.description = api.call("PJRT_DeviceDescription_ToString", text).readText("to_string", "to_string_size");
  }

  /** Memory now; undefined where the plugin does not tell, as on a CPU. */
  memory(): MemoryStats | undefined {
    const args = new Struct("PJRT_Device_MemoryStats_Args", { device: this.handle });
    try {
      this.#api.call("PJRT_Device_MemoryStats", args);
    } catch {
      return undefined; // not every plugin implements it
    }
    return {
      inUse: args.number("bytes_in_use"),
      ...(args.number("peak_bytes_in_use_is_set") ? { peak: args.number("peak_bytes_in_use") } : {}),
      ...(args.number("bytes_limit_is_set") ? { limit: args.number("bytes_limit") } : {}),
    };
  }
}
