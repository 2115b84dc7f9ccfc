/** `runtime`: what XLA can run on here; `runtime add cpu`, `runtime remove cpu`. */
import { DenoiseError, messages, runtime as xla, showWork, terminal, terminalConsole } from "../mod.ts";
import { type AddCommand, untilInterrupted } from "./command.ts";

export const runtimeCommand: AddCommand = (program, done) => {
  const command = program.command("runtime").description("List what XLA can run on here; add or remove a runtime");
  const names = xla.runtimes.map(({ name }) => name).join(", ");
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
  const hardware = xla.detect();
  const { cpu, accelerators } = hardware;
  terminal.row(console, "processor", `${cpu.model}, ${cpu.cores} core${cpu.cores === 1 ? "" : "s"}, ${xla.platform()}`);
  for (const { devices, driver, cuda, how } of accelerators) {
    const known = [
      ...(driver === undefined ? [] : [`driver ${driver}`]),
      ...(cuda === undefined ? [] : [`CUDA ${cuda.toFixed(1)}`]),
      `by ${how}`,
    ];
    terminal.row(console, "accelerator", `${devices.join(", ")} (${known.join(", ")})`);
  }
  if (accelerators.length === 0) terminal.row(console, "accelerator", "none found");
  try {
    const { plugin, reason, runtime } = xla.choosePlugin({ hardware });
    const what = "has no plugin yet: the first run downloads cpu";
    terminal.row(
      console,
      "backend xla",
      plugin === undefined ? `${what}; ${reason}` : `runs on ${runtime ?? plugin}; ${reason}`,
    );
  } catch (error) {
    throw asProblem(error);
  }
  console.line();
  const installed = xla.listInstalled();
  for (const runtime of xla.runtimes) {
    console.line(`${console.colors.bold(runtime.name.padEnd(8))} ${stateOf(runtime, hardware)}`);
    console.line(`         ${runtime.what}${runtime.tested ? "" : "; untested"}`);
    for (const one of installed.filter(({ name }) => name === runtime.name)) {
      const older = one.version === runtime.version ? "" : ", not the pinned version: not used";
      console.line(`         ${one.version}, ${terminal.bytes(one.size)}, from ${one.source}${older}`);
      console.line(`         ${one.plugin}`);
    }
  }
  console.line();
  terminal.row(console, "add one", `deno task runtime add ${xla.runtimes.map(({ name }) => name).join("|")}`);
}

function stateOf(runtime: xla.Runtime, { accelerators }: xla.Hardware): string {
  const installed = xla.listInstalled().some(({ name, version }) =>
    name === runtime.name && version === runtime.version
  );
  const size = terminal.bytes(runtime.wheels.reduce((sum, { size }) => sum + size, 0));
  const fits = runtime.platform === xla.platform() || runtime.archives[xla.platform()] !== undefined;
  const usable = runtime.name === "cpu" || accelerators.some((one) => xla.runtimesFor(one).includes(runtime.name));
  const damage = xla.damageOf(runtime);
  if (damage !== undefined) return `damaged: ${damage}; to download it again: deno task runtime add ${runtime.name}`;
  if (installed) return usable ? "installed" : "installed, but nothing here to run on";
  if (!fits) return `not built for ${xla.platform()}`;
  return usable ? `usable here, not installed: a download of ${size}` : "nothing here to run on";
}

async function add(name: string, signal: AbortSignal): Promise<void> {
  const runtime = named(name);
  const console = terminalConsole();
  const works = new Map<string, ReturnType<typeof showWork>>();
  const progress = (what: string, done: number, total: number) =>
    works.getOrInsertComputed(what, () => showWork(console, what, "MB"))(done / 1e6, total / 1e6);
  try {
    const { version, plugin, size, source } = await xla.addRuntime(runtime, { signal, progress });
    console.endProgress();
    terminal.row(console, "installed", `${name} ${version}, ${terminal.bytes(size)}, from ${source}`);
    terminal.row(console, "plugin", plugin);
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
  const freed = xla.removeRuntime(found);
  terminalConsole().line(
    freed === undefined ? `${name} is not installed` : `removed ${name}: ${terminal.bytes(freed)} freed`,
  );
}

function named(name: string): xla.Runtime {
  const runtime = xla.runtimes.find((one) => one.name === name);
  if (runtime !== undefined) return runtime;
  throw new DenoiseError(messages.runtimeUnknown(name, xla.runtimes.map(({ name }) => name)));
}

function asProblem(error: unknown): unknown {
  return error instanceof xla.RuntimeError
    ? new DenoiseError(messages.runtimeFailed(error.message, error.help))
    : error;
}
