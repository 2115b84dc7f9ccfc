/** Set-up for runs of tfjs's own op tests on the xla backend. The plugin is the one that tests use. */
import { XlaEngine } from "./mod.ts";

export default async function setup(): Promise<void> {
  const plugin = Deno.env.get("DENOISE_PJRT_PLUGIN");
  if (plugin === undefined) {
    throw new Error("Cannot run op tests on xla: no plugin; set DENOISE_PJRT_PLUGIN to its path");
  }
  await new XlaEngine({ plugin, cache: null }).start();
}
