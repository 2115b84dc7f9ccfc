/** The package for npm: what it depends on. What it does is tested where it is used, in tests/elsewhere_test.ts. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { versionOf } from "./pack.ts";

Deno.test("the version of every package that is imported is known, also of one that is imported by a file in it", async () => {
  const config = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
  for (const target of Object.values<string>(config.imports)) {
    const [, name, version] = /^npm:(@[^/]+\/[^@]+|[^@]+)@([^/]+)/.exec(target) ?? [];
    if (name !== undefined) assert.equal(versionOf(config, name), version, target);
  }
  const imports = { "@of/a/file": "npm:@of/a@1.2.3/file" };
  assert.equal(versionOf({ imports }, "@of/a"), "1.2.3");
  assert.throws(() => versionOf({ imports }, "of"), /Cannot pack "of": deno.json does not say which version/);
});

Deno.test("deno task pack answers --help, and an option that it does not know, without a stack trace", async () => {
  const asked = async (...args: string[]) => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "-P=compile", "cli/compile/pack.ts", ...args],
      cwd: fileURLToPath(new URL("../../", import.meta.url)),
    }).output();
    return { code, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
  };
  const help = await asked("--help");
  assert.match(help.text, /deno task pack \[--output FILE\]/);
  assert.equal(help.code, 0);
  const unknown = await asked("--outptu", "a.tgz");
  assert.match(unknown.text, /^Unknown option '--outptu'/);
  assert.doesNotMatch(unknown.text, / at /);
  assert.equal(unknown.code, 2);
});
