/** A device: a GPU, or a part of the CPU. */
import type { Api } from "./api.ts";
import { PjrtError } from "./error.ts";
import { Struct } from "./layout.ts";
import { readNamedValues } from "./named_values.ts";

/** Memory of a device as its allocator counts it, in bytes. */
export interface DeviceMemory {
  /** Given out now. */
  readonly used: number;
  /** The most that was given out; undefined where the plugin does not say. */
  readonly peak: number | undefined;
  /** What can be given out; undefined where the plugin does not say. */
  readonly limit: number | undefined;
}

/** One device of a client. */
export class Device {
  readonly id: number;
  /** What the plugin calls it. */
  readonly description: string;
  /** What model it is, such as "NVIDIA H100 80GB HBM3"; the platform's name for processors. */
  readonly kind: string;
  /** What else the plugin says of it, such as `compute_capability: "9.0"` of GPUs; nothing where it does not. */
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
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
    const kind = new Struct("PJRT_DeviceDescription_Kind_Args", { device_description });
    this.kind = api.call("PJRT_DeviceDescription_Kind", kind).readText("device_kind", "device_kind_size");
    this.attributes = attributesOf(api, device_description);
  }

  /** What of its memory is used; undefined where the plugin does not count, as on processors. */
  memory(): DeviceMemory | undefined {
    const call = "PJRT_Device_MemoryStats";
    if (!this.#api.has(call)) return undefined;
    try {
      const stats = this.#api.call(call, new Struct(`${call}_Args`, { device: this.handle }));
      const given = (field: "peak_bytes_in_use" | "bytes_limit") =>
        stats.number(`${field}_is_set`) === 0 ? undefined : stats.number(field);
      return { used: stats.number("bytes_in_use"), peak: given("peak_bytes_in_use"), limit: given("bytes_limit") };
    } catch (error) {
      if (error instanceof PjrtError && error.code === "UNIMPLEMENTED") return undefined;
      throw error;
    }
  }
}

function attributesOf(api: Api, device_description: bigint): Record<string, string | number | boolean> {
  const call = "PJRT_DeviceDescription_Attributes";
  if (!api.has(call)) return {};
  const args = api.call(call, new Struct(`${call}_Args`, { device_description }));
  return readNamedValues(args.pointer("attributes"), args.number("num_attributes"));
}
