/** Set-up for runs of tfjs's own op tests on the xla backend. The plugin is the one that tests use. */
import { XlaEngine } from "./mod.ts";
import { pluginForTests } from "./testing.ts";

export default async function setup(): Promise<void> {
  const plugin = pluginForTests();
  if (plugin === undefined) {
    throw new Error("Cannot run op tests on xla: no plugin is installed; to install one: deno task runtime add cpu");
  }
  await new XlaEngine({ plugin, cache: null }).start();
}
