/** Whether a compiled program fits a device's memory: known before it runs, from XLA's own plan. */
import { bytesNeeded, type Device, type Executable, memoryHelp } from "../pjrt/mod.ts";

/** A program that takes more memory than there is. */
export class MemoryError extends Error {
  /** Always "MemoryError". */
  override readonly name = "MemoryError";
  /** It can work, with less to do. As in `lib/files/explained.ts`, which this package, standing alone, cannot import. */
  readonly explained = "unavailable";
  /** How the device failed. */
  readonly failure = "memory";
  /** What to do, one line each. */
  readonly help: readonly string[] = memoryHelp;
  /** Bytes on each device: what a run takes, and what may be given out. */
  readonly shortage: { readonly needed: number; readonly available: number };

  /** `program`: name of the function that was compiled. `needed`, `available`: bytes. */
  constructor(program: string, device: string, needed: number, available: number) {
    const [takes, has] = [needed, available].map((bytes) => `${(bytes / 1e9).toPrecision(3)} GB`);
    super(`Cannot run "${program}": it takes ${takes} of memory, and ${device} has ${has} to use`);
    this.shortage = { needed, available };
  }
}

/**
 * Refuses a program that takes more than its devices may give out.
 *
 * Programs that ran before may hold some of it still, but may have given it back by the time: so all of it counts.
 *
 * @throws MemoryError
 */
export function checkFits(
  executable: Pick<Executable, "memoryNeeds">,
  device: Pick<Device, "memory" | "kind">,
  name: string,
): void {
  const limit = device.memory()?.limit;
  const needs = limit === undefined ? undefined : executable.memoryNeeds();
  if (limit === undefined || needs === undefined) return;
  const needed = bytesNeeded(needs);
  if (needed > limit) throw new MemoryError(name, device.kind, needed, limit);
}
