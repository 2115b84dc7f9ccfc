/** Tests of what is said where a plugin that compiling for GPUs needs is not installed, or not whole. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { runtimeNamed } from "../runtime/table.ts";
import { compilerPlugin, tracerPlugin } from "./plugins.ts";

/** Message and help of what a function throws. */
function refused(find: () => string): string[] {
  try {
    return assert.fail(find()) as never;
  } catch (error) {
    const { message, help } = error as { message: string; help?: readonly string[] };
    return [message, ...help ?? []];
  }
}

Deno.test("what is missing to compile for GPUs is named, and what is damaged is told from it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    assert.deepEqual(refused(() => compilerPlugin(folder)), [
      "Cannot compile for NVIDIA's GPUs: no compiler for them is installed",
      "to install it: deno task runtime add cuda13-compiler (303 MB; it needs no GPU and no driver)",
    ]);
    assert.equal(
      refused(() => tracerPlugin(folder))[0],
      "Cannot trace programs: the PJRT plugin for the processor is not installed",
    );
    for (const name of ["cuda13-compiler", "cpu"] as const) {
      await Deno.mkdir(join(folder, `${name}-${runtimeNamed(name).version}`));
      const [message, help] = refused(() => (name === "cpu" ? tracerPlugin : compilerPlugin)(folder));
      assert.match(
        message!,
        RegExp(`^Cannot [^:]+: the runtime ${name} is damaged: runtime.json, the list of its files, cannot be read$`),
      );
      assert.match(help!, RegExp(`^to install it again: deno task runtime add ${name} \\(\\d+ MB`));
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
