/** The plugins that tests run on. */
import { isCpu, memoryVariable } from "./backend/gpu.ts";
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
  const path = Deno.env.get(pluginVariable) || findInstalled(runtimeNamed("cpu"))?.plugin;
  if (path === undefined) missing();
  else if (!isCpu(path) && Deno.env.get(memoryVariable) === undefined) {
    // Tests run in several processes at once, each of which would take most of a GPU's memory.
    Deno.env.set(memoryVariable, String(partForTests));
  }
  return path;
}

/** Part of a GPU's memory that a process of tests takes at most, and only as it is needed. */
const partForTests = 0.08;

let toldOfCpu = false;

/**
 * Path of the processor's PJRT plugin: for tests of what it alone does, such as as many devices as are asked for. Undefined,
 * with the reason printed once, where there is none.
 */
export function cpuPluginForTests(): string | undefined {
  const named = pluginForTests(() => {});
  const path = named !== undefined && isCpu(named) ? named : findInstalled(runtimeNamed("cpu"))?.plugin;
  if (path === undefined && named === undefined) tell();
  else if (path === undefined && !toldOfCpu) {
    console.log(
      `xla: tests that need the processor's plugin are skipped, as ${pluginVariable} names another: deno task runtime add cpu`,
    );
    toldOfCpu = true;
  }
  return path;
}
