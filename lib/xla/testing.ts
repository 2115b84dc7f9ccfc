/** The plugin that tests run on. */
import { pluginVariable } from "./runtime/choose.ts";
import { findInstalled } from "./runtime/installed.ts";
import { runtimeNamed } from "./runtime/table.ts";

let told = false;

const tell = () => {
  if (!told) console.log("xla: tests that need a PJRT plugin are skipped; to run them: deno task runtime add cpu");
  told = true;
};

/**
 * Path of a PJRT plugin: the one that the environment names, else the installed one for the CPU; undefined, with the
 * reason printed once, where there is none.
 *
 * @param missing prints the reason
 */
export function pluginForTests(missing: () => void = tell): string | undefined {
  const path = Deno.env.get(pluginVariable) ?? findInstalled(runtimeNamed("cpu"))?.plugin;
  if (path === undefined) missing();
  return path;
}
