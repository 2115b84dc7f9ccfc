/** The plugins that compiling for a GPU needs where there is none: one that compiles, and one that traces. */
import { RuntimeError } from "../runtime/error.ts";
import { damageOf, findInstalled } from "../runtime/installed.ts";
import { runtimeNamed } from "../runtime/table.ts";
import type { RuntimeName } from "../runtime/types.ts";

/**
 * Path of the plugin that compiles for NVIDIA's GPUs: that of `cuda13`, or of the part of it that compiles.
 *
 * @param folder of the runtimes; by default that of the user
 * @throws RuntimeError where neither is installed
 */
export function compilerPlugin(folder?: string): string {
  return pluginOf(["cuda13", "cuda13-compiler"], folder) ?? lacking(
    "Cannot compile for NVIDIA's GPUs",
    "no compiler for them is installed",
    ["cuda13-compiler", "cuda13"],
    { folder, note: "; it needs no GPU and no driver" },
  );
}

/** Path of the plugin for the processor, which traces. @throws RuntimeError where it is not installed */
export function tracerPlugin(folder?: string): string {
  return pluginOf(["cpu"], folder) ??
    lacking("Cannot trace programs", "the PJRT plugin for the processor is not installed", ["cpu"], { folder });
}

function pluginOf(names: readonly RuntimeName[], folder?: string): string | undefined {
  return names.map((name) => findInstalled(runtimeNamed(name), folder)?.plugin).find((path) => path !== undefined);
}

/** Says what to install: what is here but not whole, else the first of the names. */
function lacking(
  attempt: string,
  missing: string,
  names: readonly [RuntimeName, ...RuntimeName[]],
  { folder, note = "" }: { readonly folder?: string | undefined; readonly note?: string },
): never {
  const damaged = names.find((name) => damageOf(runtimeNamed(name), folder) !== undefined), name = damaged ?? names[0];
  const row = runtimeNamed(name);
  const why = damaged === undefined ? missing : `the runtime ${name} is damaged: ${damageOf(row, folder)}`;
  const megabytes = Math.round(row.wheels.reduce((sum, { size }) => sum + size, 0) / 1e6);
  const about = `(${megabytes} MB${name === names[0] ? note : ""})`;
  throw new RuntimeError(`${attempt}: ${why}`, [
    `to install it${damaged === undefined ? "" : " again"}: deno task runtime add ${name} ${about}`,
  ]);
}
