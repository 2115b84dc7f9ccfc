/** What goes wrong on a GPU while it computes, told to people. */

/** How a device failed. */
export type DeviceFailure = "lost" | "memory" | "refused";

/** A device that can compute no more: what it held is gone. Written for people: `help` says what to do. */
export class DeviceError extends Error {
  /** Always "DeviceError". */
  override readonly name = "DeviceError";
  /** It can work, on another device or with less to do. */
  readonly explained = "unavailable";
  /** What to do, one line each. */
  readonly help: readonly string[];
  /** What made the device fail. */
  constructor(message: string, readonly failure: DeviceFailure, help: readonly string[]) {
    super(message);
    this.help = help;
  }
}

/** The error of a device that is gone, with what its driver says. */
export function deviceLost(gpu: string, said: string): DeviceError {
  return new DeviceError(`The GPU "${gpu}" is gone: ${plain(said)}`, "lost", [
    "its driver was restarted or updated, the machine slept, or a step took longer than the driver allows",
    "run the same command again; where it happens again, take a smaller batch_size or another backend",
  ]);
}

/** The error of a GPU that has no memory left. */
export function memoryLacking(gpu: string, bytes: number, said: string): DeviceError {
  const held = `${(bytes / 1e6).toFixed(0)} MB`;
  return new DeviceError(`The GPU "${gpu}" has no memory left; Denoise holds ${held} of it: ${plain(said)}`, "memory", [
    "take a smaller batch_size, or smaller images or a smaller network",
    "close other programs that use the GPU",
  ]);
}

/** The error of a command that the GPU refused; what it would have computed is missing. */
export function commandRefused(gpu: string, said: string): DeviceError {
  return new DeviceError(`The GPU "${gpu}" refused a command: ${plain(said)}`, "refused", [
    "a tensor or a kernel is larger than the GPU allows, or a kernel is wrong",
    "take a smaller batch_size, or another backend",
  ]);
}

/** One line, without the full stop. */
const plain = (said: string) => said.replace(/\s+/g, " ").trim().replace(/\.$/, "") || "it gives no reason";
