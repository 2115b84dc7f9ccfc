/** Tests of command lines as a whole, in this process. */
import assert from "node:assert/strict";
import { visible } from "../lib/text/mod.ts";
import { createProgram, main } from "./main.ts";

/** Runs a command line in an empty folder, and what it prints to standard error. */
async function refused(...args: string[]): Promise<{ code: number; said: string; files: string[] }> {
  const before = Deno.cwd();
  const folder = await Deno.makeTempDir();
  const { writeSync } = Deno.stderr;
  let said = "";
  try {
    Deno.chdir(folder);
    Deno.stderr.writeSync = (bytes) => (said += new TextDecoder().decode(bytes), bytes.length);
    const code = await main(args);
    return { code, said, files: Array.from(Deno.readDirSync("."), ({ name }) => name) };
  } finally {
    Deno.stderr.writeSync = writeSync;
    Deno.chdir(before);
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("main() refuses paths that a shell was to expand, before anything of that name is made", async () => {
  const cases: [args: string[], message: string][] = [
    [["run", "r.yaml", "--runs", "~/runs"], 'Cannot use "~/runs" as --runs: only a shell expands "~"'],
    [
      ["graph", "r.yaml", "--out", "$HOME/x.svg"],
      'Cannot use "$HOME/x.svg" as --out: only a shell expands "$HOME"',
    ],
    [["validate", "${A}/r.yaml"], 'Cannot use "${A}/r.yaml" as recipe: only a shell expands "${A}"'],
    [["sample", "%RUNS%\\x"], 'Cannot use "%RUNS%\\x" as run: only a shell expands "%RUNS%"'],
    [["new", "sampler", "x", "--dir", "~"], 'Cannot use "~" as --dir: only a shell expands "~"'],
    [["schema", "--plugins", "a.ts", "~/b.ts"], 'Cannot use "~/b.ts" as --plugins: only a shell expands "~"'],
    [["picture", "grid", "r", "-o", "~/x.png"], 'Cannot use "~/x.png" as --out: only a shell expands "~"'],
  ];
  for (const [args, message] of cases) {
    const { code, said, files } = await refused(...args);
    assert.equal(code, 1);
    assert.equal(said.split("\n")[0], message);
    assert.deepEqual(files, []);
  }
});

Deno.test("main() refuses lists of seeds that say nothing, and says what one looks like", async () => {
  const cases: [list: string, message: RegExp][] = [
    ["7,,9", /Expected seeds such as 7, 7,19,40 or 100\.\.120/],
    ["seven", /Expected seeds such as/],
    ["-1", /Expected seeds such as/],
    ["9..3", /Range 9\.\.3 ends before it begins/],
    ["1,2147483648", /A seed is too large: the limit is 2147483647/],
    ["0..2000000", /Expected at most 1000000 seeds, not 2000001/],
  ];
  for (const [list, message] of cases) {
    for (const command of [["sample"], ["picture", "grid"]]) {
      const { code, said } = await refused(...command, "runs/x", `--seed=${list}`);
      assert.equal(code, 2, said);
      assert.match(said.replaceAll(/\s+/g, " "), message);
    }
  }
});

Deno.test("main() refuses two values of an option that takes one, and takes the same twice", async () => {
  const cases: [words: string[], said: RegExp][] = [
    [["sample", "runs/x", "--class", "a", "--class", "b"], /'--class <name>' takes one value, not both "a" and "b"/],
    [["evaluate", "runs/x", "--ema", "0.1", "--ema=0.2"], /'--ema <average>' takes one value/],
    [["picture", "steps", "runs/x", "--beside", "a", "--beside", "b"], /'--beside <run>' takes one value/],
    [["ema", "runs/x", "--std", "0.1", "--std", "0.2"], /'--std <width>' takes one value/],
  ];
  for (const [words, message] of cases) {
    const { code, said } = await refused(...words);
    assert.equal(code, 2, said);
    assert.match(said.replaceAll(/\s+/g, " "), message);
  }
  assert.equal((await refused("sample", "runs/x", "--class", "a", "--class", "a")).code, 1, "there is no run");
});

Deno.test("main() refuses a cache folder that a shell was to expand", async () => {
  const before = Deno.env.get("DENOISE_CACHE");
  try {
    Deno.env.set("DENOISE_CACHE", "~/cache");
    const { code, said } = await refused("validate", "r.yaml");
    assert.equal(code, 1);
    assert.match(said, /^Cannot use "~\/cache" as DENOISE_CACHE/);
  } finally {
    if (before === undefined) Deno.env.delete("DENOISE_CACHE");
    else Deno.env.set("DENOISE_CACHE", before);
  }
});

Deno.test("main() prints no character of its arguments that cannot be seen, and names it where it is to blame", async () => {
  const cases: [args: string[], code: number, told: RegExp][] = [
    [["\u001b[2Jrun"], 2, /character 1 of "\\u001b\[2Jrun" is U\+001B ESCAPE/],
    [["run", "r.yaml", "--fr\u200besh\nforged"], 2, /character 5 of .* is U\+200B ZERO WIDTH SPACE, .*: delete it/],
    [["validate", "r\u202e.yaml\nforged"], 1, /character 2 of .* is U\+202E RIGHT-TO-LEFT OVERRIDE/],
    [["plugins", "show", "ddіm"], 1, /character 3 of "ddіm" is U\+0456 .*, not "i": write\n? +"i"/],
    [["plugins", "show", "samplеr"], 1, /character 6 of "samplеr" is U\+0435 .*, not "e": write\n? +"e"/],
    [["runtime", "add", "cp\u00a0u"], 1, /character 3 of .* is U\+00A0 NO-BREAK SPACE/],
    [["new", "sampler", "my—sampler"], 1, /character 3 of "my—sampler" is U\+2014 EM DASH, not "-": write "-"/],
    [["sample", "runs/x\u2060"], 1, /character 7 of .* is U\+2060 WORD JOINER/],
    [["picture", "gri\u00add"], 1, /character 4 of .* is U\+00AD SOFT HYPHEN/],
  ];
  for (const [args, code, told] of cases) {
    const result = await refused(...args);
    assert.equal(result.code, code, result.said);
    assert.match(result.said, told);
    for (const line of result.said.split("\n")) {
      assert.equal(visible(line), line);
      assert.ok(!line.startsWith("forged"));
    }
  }
});

Deno.test("main() refuses devices for training that only a described GPU takes, and says how to train on them", async () => {
  for (const more of [[], ["--dry-run"]]) {
    const { code, said, files } = await refused("run", "r.yaml", "--devices", "2", ...more);
    assert.equal(code, 2);
    assert.match(
      said,
      /^error: option '--devices <n>' belongs to --gpu; to train on 2: backend.use=xla backend.devices=2/,
    );
    assert.deepEqual(files, []);
  }
});

Deno.test("compile:gpu takes programs as one list and as several", () => {
  const programsOf = (...args: string[]) => {
    const compile = createProgram([], () => {}).commands.find((one) => one.name() === "compile:gpu")!;
    compile.parseOptions(args);
    return compile.opts().programs;
  };
  assert.deepEqual(programsOf("--programs", "step, weights"), ["step", "weights"]);
  assert.deepEqual(programsOf("--programs", "step", "--programs", "weights"), ["step", "weights"]);
});
