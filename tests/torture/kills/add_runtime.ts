/** Installs a runtime from an archive, without pip, into the cache folder. Arguments: address and SHA-256 of the archive. */
import { addRuntime } from "../../../xla/runtime/add.ts";
import { platform } from "../../../xla/runtime/table.ts";

const [url, sha256] = Deno.args as [string, string];
const plugin = "libtiny.so";
const archive = { url, sha256, plugin };
const here = platform();
await addRuntime({
  ...{ name: "cpu", what: "attacks", version: "0.0.1", platform: here, wheels: [], plugin, tested: false },
  archives: { [here]: archive },
}, { pip: null });
