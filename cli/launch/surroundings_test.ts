/** Tests of what is found around the program. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { binaryCommand, fontVariables, root } from "./surroundings.ts";

Deno.test("binaryCommand() is what a shell finds the binary by", () => {
  assert.equal(binaryCommand("/work", "/usr/bin/denoise", "/bin:/usr/bin"), "denoise");
  assert.equal(binaryCommand("/work", "/work/denoise", "/usr/bin"), "./denoise");
  assert.equal(binaryCommand("/work", "/other place/denoise", ""), "'/other place/denoise'");
});

Deno.test({
  name: "fontVariables() names settings of fonts where there are none, and keeps those of the user",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const { FONTCONFIG_FILE: ours } = fontVariables("/no/such/file", {});
    assert.equal(ours, join(root, "lib/image/fonts/fonts.conf"));
    assert.match(await Deno.readTextFile(ours!), /<fontconfig>/);
    assert.deepEqual(fontVariables("/no/such/file", { FONTCONFIG_PATH: "/mine" }), {});
    assert.deepEqual(fontVariables(ours, {}), {});
  },
});
