/** Backend `auto`: the fastest of those that start on this machine. */
import { plugin, z } from "denoise/plugin";
import type { Backend } from "denoise/plugin";

/** Fastest first. Loaded one after the other: what is not there is passed over, with its reason. */
const candidates = {
  wasm: () => import("./wasm.ts"),
  cpu: () => import("./cpu.ts"),
};

export default plugin({
  kind: "backend",
  name: "auto",
  summary: "The fastest backend that starts on this machine",
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
    return chosen === undefined ? "auto (chosen when it starts)" : `${chosen.backend.description}, ${chosen.reason}`;
  }
  get memory() {
    return this.#chosen?.backend.memory;
  }

  async start() {
    if (this.#chosen !== undefined) return await this.#chosen.backend.start();
    const failed: string[] = [];
    for (const [name, load] of Object.entries(candidates)) {
      try {
        const { create } = (await load()).default;
        const backend = await create({ options: {} });
        await backend.start();
        const reason = failed.length === 0 ? "the fastest that starts here" : `because ${failed.join("; ")}`;
        this.#chosen = { backend, reason };
        return;
      } catch (error) {
        failed.push(`${name} does not start: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    throw new Error(`Cannot start any backend: ${failed.join("; ")}`);
  }

  compile: Backend["compile"] = (fn, options) => {
    if (this.#chosen === undefined) throw new Error(`Cannot compile "${options.name}": start the backend first`);
    return this.#chosen.backend.compile(fn, options);
  };

  async stop() {
    await this.#chosen?.backend.stop();
    this.#chosen = undefined;
  }
}
