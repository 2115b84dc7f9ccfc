/** Arguments brought to where a program wants them: on one device, a copy on each, or a share on each. */
import type { Buffer } from "../pjrt/mod.ts";
import { bytesOf } from "../pjrt/mod.ts";
import type { Type } from "../stablehlo/mod.ts";
import type { XlaDevice } from "./device.ts";
import type { DeviceTensor } from "./device_tensor.ts";

/** A copy on each of the first devices; those that are made stay with the tensor. */
export function replicate(stored: DeviceTensor, devices: number, { client }: XlaDevice): readonly Buffer[] {
  if (stored.buffers.length >= devices) return stored.buffers;
  const { first } = stored;
  const bytes = first.readSync();
  const copies = client.devices.slice(1, devices).map((device) =>
    client.upload(bytes, first.shape, first.type, device)
  );
  stored.buffers = [first, ...copies];
  return stored.buffers;
}

/** A share of the first axis on each of the first devices. @throws where it cannot be divided evenly */
export function shard(
  elements: ArrayBufferView,
  { shape, dtype }: Type,
  devices: number,
  { client }: XlaDevice,
  place: string,
): Buffer[] {
  checkDivides(shape, devices, place);
  const rows = shape[0]! / devices;
  const bytes = shape.slice(1).reduce((product, side) => product * side, rows * bytesOf(dtype));
  return client.devices.slice(0, devices).map((device, i) =>
    client.upload(
      new Uint8Array(elements.buffer, elements.byteOffset + i * bytes, bytes),
      [rows, ...shape.slice(1)],
      dtype,
      device,
    )
  );
}

export function checkDivides(shape: readonly number[], devices: number, place: string): void {
  if (shape.length > 0 && shape[0]! % devices === 0) return;
  throw new Error(
    `Cannot split the ${shape[0] ?? "single"} items of ${place} evenly over ${devices} devices; ` +
      `use a batch size that ${devices} divides`,
  );
}
