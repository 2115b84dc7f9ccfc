/** The exit codes of docs/guide.md, each by a process that ends with it, and a picture on standard output. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("../cli.ts", import.meta.url));
const posix = { ignore: Deno.build.os === "windows" };
const hasScript = Deno.build.os === "linux" &&
  await new Deno.Command("script", { args: ["--version"] }).output().then(({ success }) => success, () => false);

const recipe = (steps: number) => `
dataset: { use: emoji, image_size: 8, batch_size: 16, categories: [Activities] }
network: { use: residual-unet, widths: [4], block_depth: 1, embedding_dims: 4, max_frequency: 10 }
samplers: { preview: { use: ddim, steps: 1 } }
metrics: []
train: { steps: ${steps}, checkpoint: 1000000 steps, samples: { rows: 1, columns: 1 } }
backend: cpu
`;

const folder = await Deno.makeTempDir({ prefix: "denoise-codes-" });
addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
await Deno.writeTextFile(join(folder, "short.yaml"), recipe(2));
await Deno.writeTextFile(join(folder, "long.yaml"), recipe(1_000_000));

const words = ["run", "--quiet", "--no-check", "--no-prompt", "--allow-all", cli];
const command = (line: string) =>
  new Deno.Command(Deno.execPath(), {
    args: [...words, ...line.split(" ")],
    cwd: folder,
    env: {
      DENOISE_CACHE: join(folder, "cache"),
      DENOISE_STATE: join(folder, "state"),
      NO_COLOR: "1",
      DENOISE_TASK: "",
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Ends a training by a signal once it has logged some steps. */
async function endedBy(signal: Deno.Signal): Promise<{ code: number; err: string }> {
  const child = command(`run long.yaml --fresh --runs ${signal}`).spawn();
  const out = new Response(child.stdout).text();
  const err = new Response(child.stderr).text();
  await untilTrained(join(folder, signal, "long", "log.jsonl"));
  child.kill(signal);
  const { code } = await child.status;
  await out;
  return { code, err: await err };
}

async function untilTrained(log: string): Promise<void> {
  for (let i = 0; i < 1200; i++) {
    if ((await Deno.readTextFile(log).catch(() => "")).split("\n").length > 4) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail("nothing was trained in a minute");
}

Deno.test("commands end with the codes that the guide lists", posix, async () => {
  for (
    const [line, code] of [["validate short.yaml", 0], ["validate none.yaml", 1], ["validate --nothing", 2]] as const
  ) {
    assert.equal((await command(line).output()).code, code, line);
  }
  for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    const ended = await endedBy(signal);
    assert.equal(ended.code, code, ended.err);
    assert.match(
      ended.err,
      /^saved \S+step-\d+\.safetensors\nresume with: deno run --allow-all \S+cli\.ts run --runs SIG\w+ long\.yaml$/m,
    );
  }
});

Deno.test("a command whose terminal is closed ends with 129", { ignore: !hasScript }, async () => {
  const quoted = [Deno.execPath(), ...words, "run", "long.yaml", "--runs", "hup"].map((word) => `'${word}'`).join(" ");
  const log = join(folder, "hup", "long", "log.jsonl");
  // The shell stays, to say how the command ended.
  const line = `${quoted} & p=$!; until [ -s '${log}' ] && grep -q '"step":3' '${log}'; do sleep 0.1; done; ` +
    `kill -HUP $p; wait $p; echo "ended with $?"`;
  const file = join(folder, "closed.sh");
  await Deno.writeTextFile(file, line);
  const { stdout } = await new Deno.Command("script", {
    args: ["-qec", `sh ${file}`, "/dev/null"],
    cwd: folder,
    env: { DENOISE_CACHE: join(folder, "cache"), DENOISE_STATE: join(folder, "state") },
    stdin: "null",
  }).output();
  assert.match(text(stdout), /ended with 129/);
});

Deno.test("a picture is written to standard output alone, and 141 says that nobody read it", posix, async () => {
  const trained = await command("run short.yaml").output();
  assert.equal(trained.code, 0, text(trained.stderr));
  const isPng = (bytes: Uint8Array) =>
    text(bytes.subarray(1, 4)) === "PNG" && text(bytes.subarray(-8)).startsWith("IEND");
  for (
    const line of ["sample runs/short --grid -", "sample runs/short --count 1 --out -", "picture grid runs/short -o -"]
  ) {
    const { code, stdout, stderr } = await command(line).output();
    assert.equal(code, 0, text(stderr));
    assert.ok(isPng(stdout), line);
    assert.match(text(stderr), /^checkpoint +runs/m, line);
  }
  const child = command("sample runs/short --count 4 --grid -").spawn();
  await child.stdout.cancel();
  const said = await new Response(child.stderr).text();
  assert.equal((await child.status).code, 141, said);
  assert.doesNotMatch(said, /unexpected|error/i);

  const several = await command("sample runs/short --out -").output();
  assert.deepEqual([several.code, several.stdout.length], [1, 0]);
  assert.match(text(several.stderr), /^Cannot write 16 pictures to standard output\n {2}--count 1/);
});
