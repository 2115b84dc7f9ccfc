/**
 * What a plugin's test imports: `import { contract } from "denoise/testing"`.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { XlaEngine } from "./lib/xla/mod.ts";
import { pluginForTests } from "./lib/xla/testing.ts";
import { type ContractSettings, registerContract } from "./pipeline/contract/contract.ts";
import type { Kind } from "./pipeline/kinds/mod.ts";
import type { AnyPlugin } from "./pipeline/kinds/plugin.ts";

export type { ContractSettings } from "./pipeline/contract/contract.ts";
export type { AnyPlugin } from "./pipeline/kinds/plugin.ts";
export type { Kind } from "./pipeline/kinds/mod.ts";

/**
 * Registers the contract tests of a plugin, one `Deno.test` a law and backend.
 *
 * ```ts ignore
 * import { contract } from "denoise/testing";
 * import mySampler from "./my-sampler.ts";
 *
 * contract(mySampler);
 * contract(mySampler, { options: { steps: 7 } });
 * ```
 */
export function contract<K extends Kind>(plugin: AnyPlugin<K>, settings: ContractSettings = {}): void {
  registerContract(plugin, { ...settings, backends: settings.backends ?? backendsFor(plugin.kind) }, prepare);
}

/** A backend is tried by itself, and datasets hold no tensors. */
function backendsFor(kind: Kind): string[] {
  if (kind === "backend" || kind === "dataset") return ["cpu"];
  return ["wasm", "cpu", ...(xlaPlugin() === undefined ? [] : ["xla"])];
}

let told = false;

/** The PJRT plugin of tests, where they may load it; otherwise undefined, with the reason printed once. */
function xlaPlugin(): string | undefined {
  if (Deno.permissions.querySync({ name: "ffi" }).state === "granted") return pluginForTests();
  if (!told) console.log("xla: contracts are not tried on it, because it takes --allow-ffi");
  told = true;
  return undefined;
}

/** Makes "xla" known to tfjs, unless the tests have done so themselves. */
async function prepare(backend: string): Promise<void> {
  if (backend !== "xla" || tf.findBackendFactory("xla") != null) return;
  await new XlaEngine({ plugin: xlaPlugin()! }).register();
}
