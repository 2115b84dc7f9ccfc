/** The plugins that compiling for a GPU needs where there is none: one that compiles, and one that traces. */
import { RuntimeError } from "../runtime/error.ts";
import { findInstalled } from "../runtime/installed.ts";
import { runtimeNamed } from "../runtime/table.ts";
import type { RuntimeName } from "../runtime/types.ts";

/**
 * Path of the plugin that compiles for NVIDIA's GPUs: that of `cuda13`, or of the part of it that compiles.
 *
 * @throws RuntimeError where neither is installed
 */
export function compilerPlugin(): string {
  return installed(["cuda13", "cuda13-compiler"]) ?? lacking(
    "Cannot compile for NVIDIA's GPUs: no compiler for them is installed",
    "cuda13-compiler",
    "; it needs no GPU and no driver",
  );
}

/** Path of the plugin for the processor, which traces. @throws RuntimeError where it is not installed */
export function tracerPlugin(): string {
  return installed(["cpu"]) ??
    lacking("Cannot trace programs: the PJRT plugin for the processor is not installed", "cpu");
}

function installed(names: readonly RuntimeName[]): string | undefined {
  return names.map((name) => findInstalled(runtimeNamed(name))?.plugin).find((path) => path !== undefined);
}

function lacking(message: string, name: RuntimeName, note = ""): never {
  const megabytes = Math.round(runtimeNamed(name).wheels.reduce((sum, { size }) => sum + size, 0) / 1e6);
  throw new RuntimeError(message, [`to install it: deno task runtime add ${name} (${megabytes} MB${note})`]);
}
