/** Tests of what is said while packages are fetched. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { denoFolder } from "./surroundings.ts";
import { fetchPackages } from "./packages.ts";

/** A stand-in for Deno: it says some lines on standard error, waits, and ends. */
const standIn = (lines: readonly string[], milliseconds: number, code: number) => () =>
  spawn(Deno.execPath(), [
    "eval",
    `console.error(${JSON.stringify(lines.join("\n"))}); setTimeout(() => Deno.exit(${code}), ${milliseconds})`,
  ], { stdio: ["ignore", "ignore", "pipe"] });

async function said(start: () => ReturnType<typeof spawn>, patience: number) {
  const folder = await Deno.makeTempDir();
  const lines: string[] = [];
  const good = await fetchPackages({ folder, patience, start, say: (text) => void lines.push(text) });
  await Deno.remove(folder);
  return { good, text: lines.join("\n").replace(folder, "FOLDER") };
}

Deno.test("packages that are there are not spoken of", async () => {
  const lines: string[] = [];
  const start = () => assert.fail("nothing is to be fetched");
  assert.equal(await fetchPackages({ folder: denoFolder("."), start, say: (text) => void lines.push(text) }), true);
  assert.deepEqual(lines, []);
});

Deno.test("packages that are missing are fetched with a word, and without a network it is said what to do", async () => {
  const fetched = await said(standIn(Array(60).fill("\x1b[32mDownload\x1b[0m a.tgz"), 0, 0), 5000);
  assert.deepEqual([fetched.good, fetched.text.match(/^packages .*$/gm)!.length], [true, 2]);
  assert.match(fetched.text, /^packages {5}fetching \d+ npm packages into FOLDER, once\npackages {5}50 of \d+$/);

  const failed = await said(standIn(["error: no such host"], 0, 1), 5000);
  assert.equal(failed.good, false);
  assert.match(
    failed.text,
    /\nCannot fetch the npm packages of Denoise: error: no such host\n {13}without a network: run/,
  );

  const silent = await said(standIn([], 1500, 1), 100);
  assert.match(silent.text, /\npackages {5}none has come for 0 s: is there a network\?.*\n {13}without a network: run/);
  assert.equal(silent.text.match(/without a network/g)!.length, 1, "once is enough");
});

Deno.test("in a folder without packages only a file without any of them starts", async () => {
  const folder = await Deno.makeTempDir();
  const { stderr, code } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-P=launch", "cli/launch/mod.ts", "validate", "recipes/quickstart.yaml"],
    cwd: join(import.meta.dirname!, "..", ".."),
    env: { DENO_DIR: folder, HTTPS_PROXY: "http://127.0.0.1:9", HTTP_PROXY: "http://127.0.0.1:9" },
  }).output();
  assert.equal(code, 1);
  assert.match(new TextDecoder().decode(stderr), /^packages {5}fetching[^]*\nCannot fetch the npm packages of Denoise/);
  await Deno.remove(folder, { recursive: true });
});
