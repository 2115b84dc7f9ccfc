/** A device: a GPU, or a part of the CPU. */
import type { Api } from "./api.ts";
import { Struct } from "./layout.ts";

/** One device of a client. */
export class Device {
  readonly id: number;
  /** What the plugin calls it. */
  readonly description: string;
  /** What model it is, such as "NVIDIA H100 80GB HBM3"; the platform's name for processors. */
  readonly kind: string;

  constructor(api: Api, readonly handle: bigint) {
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
  }
}
