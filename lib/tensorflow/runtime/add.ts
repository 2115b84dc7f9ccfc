/** Installs a runtime of TensorFlow: packages and wheels fetched and checked, the addon compiled. */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { AddOptions } from "../../xla/runtime/add.ts";
import { RuntimeError } from "../../xla/runtime/error.ts";
import { fetchWheels } from "../../xla/runtime/fetch_wheels.ts";
import { hashOf } from "../../xla/runtime/hash.ts";
import { type Filled, installRuntime } from "../../xla/runtime/install.ts";
import { findInstalled, runtimesFolder } from "../../xla/runtime/installed.ts";
import { findPip } from "../../xla/runtime/pip.ts";
import { platform } from "../../xla/runtime/table.ts";
import type { CommandLine } from "../../xla/runtime/program.ts";
import type { Installed } from "../../xla/runtime/types.ts";
import { addonName, buildAddon, findCompiler } from "./build.ts";
import { fetchSources } from "./sources.ts";
import { nodeApi, type TensorFlowRuntime, tfjsNode } from "./table.ts";

/** How to install a runtime of TensorFlow. */
export interface AddTensorFlowOptions extends AddOptions {
  /** How to call a C++ compiler; null: there is none. By default it is looked for. */
  readonly compiler?: CommandLine | null | undefined;
}

/**
 * Installs a runtime of TensorFlow, unless it is installed already.
 *
 * @throws RuntimeError with what to do, where it is unavailable
 */
export async function addTensorFlow(row: TensorFlowRuntime, options: AddTensorFlowOptions = {}): Promise<Installed> {
  const folder = options.folder ?? runtimesFolder();
  const present = findInstalled(row, folder) !== undefined;
  const { pip, compiler } = present ? { pip: [], compiler: [] } : await tools(row, options);
  return await installRuntime(row, folder, async (into, aside): Promise<Filled> => {
    const { signal, progress } = options;
    await mkdir(into, { recursive: true });
    const total = row.wheels.reduce((sum, { size }) => sum + size, 0);
    progress?.(`downloading ${row.name}`, 0, total);
    const sources = await fetchSources(into, join(aside, "sources"), signal);
    const offline = "without a network, copy the folder of runtimes from a machine that has one";
    const wheels = await fetchWheels(row, pip, into, aside, { offline, signal, progress });
    progress?.(`compiling the addon of ${row.name}`, 0, 0);
    await buildAddon(compiler, into, signal);
    // What only the compiler needs is not kept.
    const built = [`${tfjsNode.name}/binding`, nodeApi.name, "tensorflow/include", "keep_memory.cc"];
    for (const path of built) await rm(join(into, path), { recursive: true, force: true });
    const kept = Object.entries({ ...sources, ...wheels }).filter(([path]) =>
      !built.some((one) => path === one || path.startsWith(`${one}/`))
    );
    return {
      plugin: addonName,
      source: "pip and npm",
      files: { ...Object.fromEntries(kept), [addonName]: hashOf(join(into, addonName)) },
    };
  });
}

/** What a runtime is made with: said before anything is downloaded. */
async function tools(
  row: TensorFlowRuntime,
  options: AddTensorFlowOptions,
): Promise<{ pip: CommandLine; compiler: CommandLine }> {
  if (row.platform !== platform()) {
    throw new RuntimeError(
      `Cannot install the runtime "${row.name}": its wheels are built for ${row.platform}, and this machine is ${platform()}`,
      ["take what starts here: backend: auto"],
    );
  }
  const pip = options.pip === undefined ? await findPip() : options.pip;
  const compiler = options.compiler === undefined ? await findCompiler() : options.compiler;
  const missing = [
    ...(pip == null ? [["pip", "install pip, such as with: apt install python3-pip"]] : []),
    ...(compiler == null ? [["C++ compiler", "install a C++ compiler, such as with: apt install g++"]] : []),
  ] as [what: string, help: string][];
  if (pip == null || compiler == null) {
    const what = missing.map(([what]) => what).join(" and no ");
    throw new RuntimeError(
      `Cannot install the runtime "${row.name}": there is no ${what}`,
      missing.map(([, help]) => help),
    );
  }
  return { pip, compiler };
}
