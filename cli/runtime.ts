/** `runtime`: what XLA can run on here; `runtime add cpu`, `runtime remove cpu`. */
import { DenoiseError, terminalConsole } from "../mod.ts";
import { meter } from "../pipeline/terminal/meter.ts";
import { runtimeFailed, runtimeUnknown } from "../pipeline/problems/messages/runtime.ts";
import { row } from "../pipeline/terminal/rows.ts";
import { bytes } from "../pipeline/terminal/units.ts";
import {
  addRuntime,
  choosePlugin,
  damageOf,
  detect,
  type Hardware,
  listInstalled,
  platform,
  removeRuntime,
  type Runtime,
  RuntimeError,
  runtimes,
  runtimesFor,
} from "../lib/xla/runtime/mod.ts";
import { type AddCommand, untilInterrupted } from "./command.ts";

export const runtimeCommand: AddCommand = (program, done) => {
  const command = program.command("runtime").description("List what XLA can run on here; add or remove a runtime");
  const names = runtimes.map(({ name }) => name).join(", ");
  command.command("list", { isDefault: true })
    .description("list this machine's devices, and the runtimes that are installed or could be")
    .action(() => list());
  command.command("add")
    .argument("<name>", names)
    .description("download a runtime into the user's cache")
    .action((name: string) => untilInterrupted(done, (signal) => add(name, signal)));
  command.command("remove")
    .argument("<name>", names)
    .description("delete a runtime from the user's cache")
    .action(remove);
};

function list(): void {
  const console = terminalConsole();
  const hardware = detect();
  const { cpu, accelerators } = hardware;
  row(console, "processor", `${cpu.model}, ${cpu.cores} core${cpu.cores === 1 ? "" : "s"}, ${platform()}`);
  for (const { devices, driver, cuda, how } of accelerators) {
    const known = [
      ...(driver === undefined ? [] : [`driver ${driver}`]),
      ...(cuda === undefined ? [] : [`CUDA ${cuda.toFixed(1)}`]),
      `by ${how}`,
    ];
    row(console, "accelerator", `${devices.join(", ")} (${known.join(", ")})`);
  }
  if (accelerators.length === 0) row(console, "accelerator", "none found");
  try {
    const { plugin, reason, runtime } = choosePlugin({ hardware });
    const what = "has no plugin yet: the first run downloads cpu";
    row(
      console,
      "backend xla",
      plugin === undefined ? `${what}; ${reason}` : `runs on ${runtime ?? plugin}; ${reason}`,
    );
  } catch (error) {
    throw asProblem(error);
  }
  console.line();
  const installed = listInstalled();
  for (const runtime of runtimes) {
    console.line(`${console.colors.bold(runtime.name.padEnd(8))} ${stateOf(runtime, hardware)}`);
    console.line(`         ${runtime.what}${runtime.tested ? "" : "; untested"}`);
    for (const one of installed.filter(({ name }) => name === runtime.name)) {
      const older = one.version === runtime.version ? "" : ", not the pinned version: not used";
      console.line(`         ${one.version}, ${bytes(one.size)}, from ${one.source}${older}`);
      console.line(`         ${one.plugin}`);
    }
  }
  console.line();
  row(console, "add one", `deno task runtime add ${runtimes.map(({ name }) => name).join("|")}`);
}

function stateOf(runtime: Runtime, { accelerators }: Hardware): string {
  const installed = listInstalled().some(({ name, version }) => name === runtime.name && version === runtime.version);
  const size = bytes(runtime.wheels.reduce((sum, { size }) => sum + size, 0));
  const fits = runtime.platform === platform() || runtime.archives[platform()] !== undefined;
  const usable = runtime.name === "cpu" || accelerators.some((one) => runtimesFor(one).includes(runtime.name));
  const damage = damageOf(runtime);
  if (damage !== undefined) return `damaged: ${damage}; to download it again: deno task runtime add ${runtime.name}`;
  if (installed) return usable ? "installed" : "installed, but nothing here to run on";
  if (!fits) return `not built for ${platform()}`;
  return usable ? `usable here, not installed: a download of ${size}` : "nothing here to run on";
}

async function add(name: string, signal: AbortSignal): Promise<void> {
  const runtime = named(name);
  const console = terminalConsole();
  const report = meter((progress) => console.progress(progress));
  try {
    const { version, plugin, size, source } = await addRuntime(runtime, {
      signal,
      progress: (what, done, total) => report(what, done / 1e6, total / 1e6, "MB"),
    });
    console.endProgress();
    row(console, "installed", `${name} ${version}, ${bytes(size)}, from ${source}`);
    row(console, "plugin", plugin);
    if (!runtime.tested) console.warn(`${name} is untested: it was written without such a device at hand`);
  } catch (error) {
    signal.throwIfAborted(); // nothing of it is left
    throw asProblem(error);
  } finally {
    console.endProgress();
  }
}

function remove(name: string): void {
  const { name: found } = named(name);
  const freed = removeRuntime(found);
  terminalConsole().line(freed === undefined ? `${name} is not installed` : `removed ${name}: ${bytes(freed)} freed`);
}

function named(name: string): Runtime {
  const runtime = runtimes.find((one) => one.name === name);
  if (runtime !== undefined) return runtime;
  throw new DenoiseError(runtimeUnknown(name, runtimes.map(({ name }) => name)));
}

function asProblem(error: unknown): unknown {
  return error instanceof RuntimeError ? new DenoiseError(runtimeFailed(error.message, error.help)) : error;
}
