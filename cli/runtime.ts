/** `runtime`: what XLA, TensorFlow and WebGPU can run on here; `runtime add cpu`, `runtime remove cpu`. */
import { DenoiseError, findGpu, type Gpu, messages, runtime as xla, showWork, tensorflow, terminal } from "../mod.ts";
import type { Answer } from "./answers.ts";
import { type AddCommand, untilInterrupted } from "./command.ts";
import type { Voice } from "./voice.ts";

/** A row of either table. */
type AnyRuntime = xla.Runtime | tensorflow.TensorFlowRuntime;

const all: readonly AnyRuntime[] = [...xla.runtimes, ...tensorflow.runtimes];
const allNames = all.map(({ name }) => name);
const listInstalled = () => xla.listInstalled(undefined, allNames);

export const runtimeCommand: AddCommand = (program, done, voice) => {
  const command = program.command("runtime").description(
    "List what XLA and TensorFlow can run on here; add or remove a runtime",
  );
  const names = all.map(({ name }) => name).join(", ");
  command.command("list", { isDefault: true })
    .description("list this machine's devices, and the runtimes that are installed or could be")
    .action(() => list(voice));
  command.command("add")
    .argument("<name>", names)
    .description("download a runtime into the user's cache")
    .action((name: string) => untilInterrupted(done, (signal) => add(name, signal, voice)));
  command.command("remove")
    .argument("<name>", names)
    .description("delete a runtime from the user's cache")
    .action((name: string) => remove(name, voice));
};

async function list(voice: Voice): Promise<void> {
  const hardware = xla.detect();
  const adapter = adapterOf(await findGpu());
  if (voice.json) return voice.answer("runtime list", listAnswer(hardware, adapter));
  const console = voice.console.results;
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
  const { plugin, reason, runtime } = choose(hardware);
  const forCpu = factsOf(xla.runtimes.find(({ name }) => name === "cpu")!, hardware);
  const what = forCpu.state === "unavailable"
    ? `has no plugin for ${xla.platform()}`
    : "has no plugin yet: the first run downloads cpu";
  terminal.row(
    console,
    "backend xla",
    plugin === undefined ? `${what}; ${reason}` : `runs on ${runtime ?? plugin}; ${reason}`,
  );
  terminal.row(console, "tensorflow", tensorFlowText(tensorFlowOf(hardware)));
  terminal.row(console, "webgpu", adapterText(adapter));
  console.line();
  const installed = listInstalled();
  const [width, indent] = [Math.max(...allNames.map((name) => name.length)), " ".repeat(9)];
  for (const runtime of all) {
    console.line(`${console.colors.bold(runtime.name.padEnd(width))} ${stateOf(runtime, hardware)}`);
    console.line(`${indent}${runtime.what}${runtime.tested ? "" : "; untested"}`);
    for (const one of installed.filter(({ name }) => name === runtime.name)) {
      const older = one.version === runtime.version ? "" : ", not the pinned version: not used";
      console.line(`${indent}${one.version}, ${terminal.bytes(one.size)}, from ${one.source}${older}`);
      console.line(`${indent}${one.plugin}`);
    }
  }
  console.line();
  terminal.row(console, "add one", `deno task runtime add ${allNames.join("|")}`);
}

type TensorFlow = Answer<"runtime list">["tensorflow"];

/** What the backend `tensorflow` would run on, and why not on a GPU. */
function tensorFlowOf(hardware: xla.Hardware): TensorFlow {
  try {
    const found = tensorflow.findInstallations();
    const { installation, gpu, reason } = tensorflow.chooseInstallation("auto", hardware, found);
    return { installation: installation.title, gpu, reason: reason ?? null };
  } catch {
    return { installation: null, gpu: false, reason: tensorflow.faultOfGpu(hardware) ?? null };
  }
}

function tensorFlowText({ installation, gpu, reason }: TensorFlow): string {
  const state = installation === null
    ? "is not installed"
    : `runs on ${gpu ? "the GPU" : "the processor"} by ${installation}`;
  return reason === null ? state : `${state}; ${reason}`;
}

type Adapter = Answer<"runtime list">["webgpu"];

/** What the backend `webgpu` would run on. */
function adapterOf(gpu: Gpu | undefined): Adapter {
  if (gpu === undefined) return null;
  const { maxStorageBufferBindingSize: most, maxBufferSize } = gpu.adapter.limits;
  return { adapter: gpu.name, software: gpu.software, tensorBytes: Math.min(most, maxBufferSize) };
}

function adapterText(adapter: Adapter): string {
  if (adapter === null) {
    const missing = Deno.build.os === "linux" ? "the driver of a GPU for Vulkan" : "the driver of a GPU";
    return `no adapter: ${missing} is missing`;
  }
  const { adapter: name, software, tensorBytes } = adapter;
  return `${name}${software ? ", on the processor" : ""}; ${terminal.bytes(tensorBytes)} for one tensor`;
}

function choose(hardware: xla.Hardware): xla.Choice {
  try {
    return xla.choosePlugin({ hardware });
  } catch (error) {
    throw asProblem(error);
  }
}

type State = Answer<"runtime list">["runtimes"][number]["state"];

/** What is known of a runtime on this machine. */
function factsOf(runtime: AnyRuntime, hardware: xla.Hardware) {
  const installed = listInstalled().some(({ name, version }) => name === runtime.name && version === runtime.version);
  const damage = xla.damageOf(runtime);
  const fits = runtime.platform === xla.platform() ||
    ("archives" in runtime && runtime.archives[xla.platform()] !== undefined);
  const state: State = damage !== undefined ? "damaged" : installed ? "installed" : fits ? "missing" : "unavailable";
  return {
    state,
    damage,
    usable: isUsable(runtime, hardware),
    downloadBytes: runtime.wheels.reduce((sum, { size }) => sum + size, 0),
  };
}

/** Whether there is a device for it here. */
function isUsable(runtime: AnyRuntime, hardware: xla.Hardware): boolean {
  const { name } = runtime;
  if (name === "cpu" || name === "tensorflow" || ("compiles" in runtime && runtime.compiles)) return true;
  if (name === "tensorflow-gpu") return tensorflow.faultOfGpu(hardware) === undefined;
  return hardware.accelerators.some((one) => xla.runtimesFor(one).includes(name));
}

function stateOf(runtime: AnyRuntime, hardware: xla.Hardware): string {
  const { state, damage, usable, downloadBytes } = factsOf(runtime, hardware);
  const why = runtime.name === "tensorflow-gpu" ? `: ${tensorflow.faultOfGpu(hardware)}` : "";
  switch (state) {
    case "damaged":
      return `damaged: ${damage}; to download it again: deno task runtime add ${runtime.name}`;
    case "installed":
      return usable ? "installed" : `installed, but nothing here to run on${why}`;
    case "unavailable":
      return `not built for ${xla.platform()}`;
    case "missing":
      return usable
        ? `usable here, not installed: a download of ${terminal.bytes(downloadBytes)}`
        : `nothing here to run on${why}`;
    default:
      return state satisfies never;
  }
}

function listAnswer(hardware: xla.Hardware, webgpu: Adapter): Answer<"runtime list"> {
  const { plugin = null, runtime = null, reason } = choose(hardware);
  const installed = listInstalled();
  return {
    platform: xla.platform(),
    processor: hardware.cpu,
    accelerators: hardware.accelerators.map(({ vendor, devices, driver = null, cuda = null }) => (
      { vendor, devices, driver, cuda }
    )),
    backend: { plugin, runtime, reason },
    tensorflow: tensorFlowOf(hardware),
    webgpu,
    runtimes: all.map((one) => {
      const { state, usable, downloadBytes } = factsOf(one, hardware);
      const there = installed.filter(({ name }) => name === one.name);
      const { name, what, version, tested } = one;
      return {
        ...{ name, what, version, tested, state, usable, downloadBytes },
        installed: there.map(({ version, plugin, size, source }) => ({ version, plugin, bytes: size, source })),
      };
    }),
  };
}

async function add(name: string, signal: AbortSignal, voice: Voice): Promise<void> {
  const runtime = named(name);
  const { console } = voice;
  const works = new Map<string, ReturnType<typeof showWork>>();
  const progress = (what: string, done: number, total: number) =>
    works.getOrInsertComputed(what, () => showWork(console, what, "MB"))(done / 1e6, total / 1e6);
  try {
    const { version, plugin, size, source } = await install(runtime, { signal, progress });
    console.endProgress();
    voice.answer("runtime add", { name, version, plugin, bytes: size, source });
    terminal.row(console.results, "installed", `${name} ${version}, ${terminal.bytes(size)}, from ${source}`);
    terminal.row(console.results, "plugin", plugin);
    if (!runtime.tested) console.warn(`${name} is untested: it was written without such a device at hand`);
  } catch (error) {
    signal.throwIfAborted(); // nothing of it is left
    throw asProblem(error);
  } finally {
    console.endProgress();
  }
}

function install(runtime: AnyRuntime, options: xla.AddOptions): Promise<xla.Installed> {
  return "archives" in runtime ? xla.addRuntime(runtime, options) : tensorflow.addTensorFlow(runtime, options);
}

function remove(name: string, voice: Voice): void {
  const { name: found } = named(name);
  const freed = xla.removeRuntime(found);
  voice.answer("runtime remove", { name, freedBytes: freed ?? null });
  voice.say(freed === undefined ? `${name} is not installed` : `removed ${name}: ${terminal.bytes(freed)} freed`);
}

function named(name: string): AnyRuntime {
  const runtime = all.find((one) => one.name === name);
  if (runtime !== undefined) return runtime;
  throw new DenoiseError(messages.runtimeUnknown(name, allNames));
}

function asProblem(error: unknown): unknown {
  return error instanceof xla.RuntimeError
    ? new DenoiseError(messages.runtimeFailed(error.message, error.help))
    : error;
}
