/** Backend `auto`: the fastest of those that start on this machine. */
import { findGpu, plugin, z } from "denoise/plugin";
import type { Backend, StartTools } from "denoise/plugin";
import { choosePlugin } from "../../lib/xla/mod.ts";
import { aheadOf } from "./shared/ahead.ts";
import cpu from "./cpu.ts";
import wasm from "./wasm.ts";
import webgpu from "./webgpu.ts";
import xla, { cpuPlugin } from "./xla.ts";

export default plugin({
  kind: "backend",
  name: "auto",
  summary: "The fastest backend that starts on this machine: XLA on a GPU, XLA on the processor, webgpu, wasm, cpu",
  prefer: "For nearly everything; name another to compare, or to keep a run to it",
  options: z.object({}),
  create: () => new Auto(),
});

class Auto implements Backend {
  #chosen: { backend: Backend; reason: string } | undefined;

  get name() {
    return this.#chosen?.backend.name ?? "auto";
  }
  get description() {
    const chosen = this.#chosen;
    return chosen === undefined ? "auto (chosen when it starts)" : `${chosen.backend.description}; ${chosen.reason}`;
  }
  get build() {
    return this.#chosen?.backend.build;
  }
  get memory() {
    return this.#chosen?.backend.memory;
  }
  get tensorBytes() {
    return this.#chosen?.backend.tensorBytes;
  }
  get rows() {
    return this.#chosen?.backend.rows;
  }
  /** As that of XLA, which it takes wherever there is a GPU. */
  get ahead() {
    return aheadOf({ precision: "tensorfloat32", devices: 1 });
  }

  async start(tools: StartTools = {}) {
    if (this.#chosen !== undefined) return await this.#chosen.backend.start(tools);
    const choice = choosePlugin(); // what the environment names has to be there
    const onPlugin = (path: string) => xla.create({ options: xla.options.parse({ plugin: path }) });
    if (choice.runtime === undefined) return await this.#take(await onPlugin(choice.plugin!), tools, choice.reason);

    const candidates: Record<string, () => Backend | Promise<Backend>> = {};
    if (choice.runtime !== "cpu") candidates[`xla on ${choice.runtime}`] = () => onPlugin(choice.plugin!);
    candidates["xla on cpu"] = async () =>
      onPlugin(choice.runtime === "cpu" && choice.plugin !== undefined ? choice.plugin : await cpuPlugin(tools));
    candidates.webgpu = async () => {
      const gpu = await findGpu();
      if (gpu === undefined) throw new Error("No GPU is found");
      if (gpu.software) throw new Error(`No GPU is found: ${gpu.name} computes on the processor`);
      reasons.push("a GPU is faster than wasm");
      return await webgpu.create({ options: webgpu.options.parse({}) });
    };
    candidates.wasm = () => wasm.create({ options: {} });
    candidates.cpu = () => cpu.create({ options: {} });

    const reasons = [choice.reason];
    for (const [name, create] of Object.entries(candidates)) {
      try {
        return await this.#take(await create(), tools, reasons.join("; "));
      } catch (error) {
        tools.signal?.throwIfAborted();
        reasons.push(
          `${name} does not start: ${(error instanceof Error ? error.message : String(error)).split("\n")[0]}`,
        );
      }
    }
    throw new Error(`Cannot start any backend: ${reasons.join("; ")}`);
  }

  compile: Backend["compile"] = (fn, options) => {
    if (this.#chosen === undefined) throw new Error(`Cannot compile "${options.name}": start the backend first`);
    return this.#chosen.backend.compile(fn, options);
  };

  get repeat() {
    return this.#chosen?.backend.repeat;
  }

  async stop() {
    await this.#chosen?.backend.stop();
    this.#chosen = undefined;
  }

  async #take(backend: Backend, tools: StartTools, reason: string) {
    await backend.start(tools);
    this.#chosen = { backend, reason };
  }
}
