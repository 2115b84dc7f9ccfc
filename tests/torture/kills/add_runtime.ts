/** Installs a runtime from an archive, without pip, into the cache folder. Arguments: address and SHA-256 of the archive. */
import { printError } from "../../../cli/errors.ts";
import { DenoiseError } from "../../../mod.ts";
import { runtimeFailed } from "../../../pipeline/problems/messages/runtime.ts";
import { addRuntime } from "../../../lib/xla/runtime/add.ts";
import { RuntimeError } from "../../../lib/xla/runtime/error.ts";
import { platform } from "../../../lib/xla/runtime/table.ts";

const [url, sha256] = Deno.args as [string, string];
const plugin = "libtiny.so";
const archive = { url, sha256, plugin };
const here = platform();
const runtime = {
  name: "cpu",
  what: "attacks",
  version: "0.0.1",
  platform: here,
  wheels: [],
  plugin,
  tested: false,
} as const;
try {
  await addRuntime({ ...runtime, archives: { [here]: archive } }, { pip: null });
} catch (error) {
  // As the command line tells it.
  Deno.exit(
    printError(error instanceof RuntimeError ? new DenoiseError(runtimeFailed(error.message, error.help)) : error),
  );
}
