/** The plugin that tests run on. */

let told = false;

/** Path of a PJRT plugin; undefined, with the reason printed once, where there is none. */
export function pluginForTests(): string | undefined {
  const path = Deno.env.get("DENOISE_PJRT_PLUGIN");
  if (path === undefined && !told) {
    console.log("xla: tests that need a plugin are skipped; name one in DENOISE_PJRT_PLUGIN");
    told = true;
  }
  return path;
}
