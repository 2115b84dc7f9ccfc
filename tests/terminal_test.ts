/** The command line on terminals of any kind, and on outputs that nobody reads or that are full. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { listCheckpoints } from "../pipeline/run/checkpoint.ts";
import { stripVTControlCharacters } from "node:util";

const cli = fileURLToPath(new URL("../cli.ts", import.meta.url));
const posix = { ignore: Deno.build.os === "windows" };

const recipe = (steps: number) => `
name: shown
seed: 5
dataset: { use: emoji, image_size: 8, batch_size: 16, categories: [Activities] }
network: { use: residual-unet, widths: [4, 8], block_depth: 1, embedding_dims: 4, max_frequency: 10 }
samplers: {}
metrics: []
train: { steps: ${steps}, checkpoint: 1000000 steps }
backend: cpu
`;

/** A folder with a recipe, and commands that train it there. */
async function workplace(steps: number) {
  const folder = await Deno.makeTempDir();
  const file = join(folder, "shown.yaml");
  await Deno.writeTextFile(file, recipe(steps));
  const env = { DENOISE_CACHE: join(folder, "cache"), TERM: "xterm" };
  const words = [Deno.execPath(), "run", "--quiet", "--no-check", "--no-prompt", "--allow-all", cli];
  return {
    folder,
    env,
    words,
    train: [...words, "run", file, "--runs", join(folder, "runs")],
    /** Steps of the newest checkpoint; undefined where there is none. */
    saved: async () => (await listCheckpoints(join(folder, "runs", "shown", "checkpoints")))[0]?.step,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** The text of a command on a terminal of so many columns, by `script` of util-linux. */
function onTerminal(words: readonly string[], columns: number): string[] {
  const line = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  return ["-qec", `stty cols ${columns} rows 24; exec ${line}`, "/dev/null"];
}

/** What is written between two movements of the cursor. */
function piecesOf(text: string): string[] {
  const marked = text.replaceAll("\x1b7", "\n").replaceAll("\x1b8", "\n").replaceAll("\x1b", "\n\x1b");
  return marked.split(/[\r\n]+/).map((line) => stripVTControlCharacters(line));
}

const hasScript = Deno.build.os === "linux" &&
  await new Deno.Command("script", { args: ["--version"] }).output().then(({ success }) => success, () => false);
if (!hasScript) console.log("terminals: tests that need one are skipped; to run them: apt-get install bsdutils");
const terminal = { ignore: !hasScript };

Deno.test("run saves and ends without a word when nobody reads its output any more", posix, async () => {
  await using place = await workplace(100_000);
  const [program, ...args] = place.train;
  const child = new Deno.Command(program!, { args, env: place.env, stdout: "piped", stderr: "piped" }).spawn();
  const reader = child.stderr.getReader();
  await reader.read();
  await reader.cancel();
  const said = await new Response(child.stdout).text();
  assert.deepEqual([(await child.status).code, said], [141, ""]);
});

Deno.test("plugins ends without a word when nobody reads its output any more", posix, async () => {
  await using place = await workplace(1);
  const [program, ...args] = place.words;
  for (const words of [["plugins"], ["--help"], ["validate", join(place.folder, "shown.yaml")]]) {
    const child = new Deno.Command(program!, {
      args: [...args, ...words],
      env: place.env,
      stdout: "piped",
      stderr: "piped",
    })
      .spawn();
    await child.stdout.cancel();
    const said = await new Response(child.stderr).text();
    assert.deepEqual([(await child.status).code, said], [141, ""], words.join(" "));
  }
});

Deno.test("run trains to its end where its output cannot be written, and its exit code says so", {
  ignore: Deno.build.os !== "linux",
}, async () => {
  await using place = await workplace(6);
  for (const [words, steps] of [[[...place.words, "plugins"], undefined], [place.train, 6]] as const) {
    const line = words.map((word) => `'${word}'`).join(" ");
    const { code, stderr } = await new Deno.Command("sh", { args: ["-c", `${line} > /dev/full`], env: place.env })
      .output();
    const said = new TextDecoder().decode(stderr);
    assert.equal(code, 1, said);
    const told = said.split("\n").filter((line) => line.startsWith("Cannot"));
    assert.deepEqual(told, ["Cannot write to standard output: No space left on device; continuing without it"]);
    assert.equal(await place.saved(), steps);
  }
});

for (const columns of [0, 10, 40]) {
  Deno.test(`run fits its line of progress into a terminal of ${columns} columns`, terminal, async () => {
    await using place = await workplace(12);
    const args = onTerminal(place.train, columns);
    const { code, stdout } = await new Deno.Command("script", { args, env: place.env, stdin: "null" }).output();
    const text = new TextDecoder().decode(stdout);
    assert.equal(code, 0, text);
    const drawn = piecesOf(text).filter((line) => /^step /.test(line));
    assert.ok(drawn.length > 0, text);
    const room = columns === 0 ? 100 : columns;
    assert.deepEqual(drawn.filter((line) => line.length >= room), [], "one column stays free");
  });
}

Deno.test("run saves and ends when its terminal is closed, and goes through it under nohup", terminal, async () => {
  const after = async (words: string[], place: Awaited<ReturnType<typeof workplace>>, done: () => Promise<boolean>) => {
    const args = onTerminal(words, 80);
    const child = new Deno.Command("script", {
      args,
      env: place.env,
      cwd: place.folder,
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    const log = join(place.folder, "runs", "shown", "log.jsonl");
    const started = () => Deno.readTextFile(log).then((text) => text.split("\n").length > 5, () => false);
    const deadline = Date.now() + 240_000;
    const drained = (async () => {
      while (!(await reader.read().catch(() => ({ done: true }))).done);
    })();
    while (!await started() && Date.now() < deadline) await pause(50);
    child.kill("SIGKILL"); // The other end of the terminal is gone: the system sends SIGHUP.
    await Promise.all([child.status, drained, child.stdin.close().catch(() => {})]);
    while (!await done() && Date.now() < deadline) await pause(100);
    assert.ok(await done(), "in four minutes");
  };
  {
    await using place = await workplace(1_000_000);
    await after(place.train, place, async () => await place.saved() !== undefined);
    assert.ok((await place.saved())! > 0);
  }
  {
    await using place = await workplace(60);
    await after(["nohup", ...place.train], place, async () => await place.saved() === 60);
  }
});

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
