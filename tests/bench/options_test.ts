/** Tests of the benches' command lines: they help, and refuse without a stack. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

async function run(bench: string, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "-P=bench", fileURLToPath(new URL(bench, import.meta.url)), ...args],
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

for (const [bench, ...needed] of [["mod.ts"], ["beside_keras.ts", "--folder", "."]] as const) {
  Deno.test(`bench/${bench} lists its options, and refuses others with what was meant`, async () => {
    const help = await run(bench, "--help");
    assert.equal(help.code, 0);
    assert.match(help.out, /^Usage: deno task bench\S* \[options\]\n[^]*--batch <n>/);
    const misspelt = await run(bench, ...needed, "--bacth", "3");
    assert.equal(misspelt.code, 2);
    assert.match(misspelt.err, /^error: unknown option '--bacth'\n\(Did you mean --batch\?\)\n/);
    assert.ok(!misspelt.err.includes("    at "), misspelt.err);
    const none = await run(bench, ...needed, "--batch", "none");
    assert.equal(none.code, 2);
    assert.match(none.err, /Expected a whole number of at least 1/);
  });
}
