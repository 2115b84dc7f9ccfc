/** Compiles tfjs-node's addon on the library of TensorFlow's wheel. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { RuntimeError } from "../../xla/runtime/error.ts";
import { type CommandLine, firstThatRuns, run } from "../../xla/runtime/program.ts";
import { nodeApi, tfjsNode } from "./table.ts";

const compilers: readonly CommandLine[] = [["c++"], ["g++"], ["clang++"]];

/** The first C++ compiler that runs here; undefined where there is none. */
export function findCompiler(): Promise<CommandLine | undefined> {
  return firstThatRuns(compilers);
}

/** File of the addon. */
export const addonName = "tfjs_binding.node";

/**
 * Memory that a tensor leaves is kept for the next one. As it comes, the C library of Linux gives blocks of 32 MB and more
 * back to the system at once, and a step of training takes twice its time for zeroing them again.
 */
const keepMemory = `#include <cstdlib>
#ifdef __GLIBC__
#include <malloc.h>
__attribute__((constructor)) static void keep_memory() {
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, -1);
}
#endif
`;

/**
 * Compiles it in a folder that holds the packages and the wheel's files. The addon finds the library beside itself, so
 * that the folder can be moved. The folder of the library is its own, and not one of links: what the library loads
 * itself, it looks for beside its real place.
 *
 * @throws RuntimeError with what the compiler says
 */
export async function buildAddon(
  compiler: CommandLine,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  await writeFile(join(folder, "keep_memory.cc"), keepMemory);
  const sources = ["tfjs_backend.cc", "tfjs_binding.cc"].map((name) => `${tfjsNode.name}/binding/${name}`);
  const command = [
    ...compiler,
    ..."-O2 -std=c++17 -fPIC -shared -w -DNAPI_VERSION=8 -DBUILDING_NODE_EXTENSION".split(" "),
    ...[`-I${nodeApi.name}/include`, "-Itensorflow/include", ...sources, "keep_memory.cc"],
    ...["-Ltensorflow", "-l:libtensorflow_cc.so.2", "-l:libtensorflow_framework.so.2"],
    ...["-Wl,-rpath,$ORIGIN/tensorflow", "-o", addonName],
  ];
  const { code, errors } = await run(command, { signal, folder });
  signal?.throwIfAborted();
  if (code === 0) return;
  const said = errors.split("\n").find((line) => /error|cannot find/i.test(line)) ?? `it ended with ${code}`;
  throw new RuntimeError(`Cannot compile the addon of ${tfjsNode.name} with ${compiler.join(" ")}: ${said.trim()}`, [
    "a compiler for C++17 with its standard library is needed, such as from: apt install g++",
  ]);
}
