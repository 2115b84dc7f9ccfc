/** A checkpoint is data: no command runs code that one names, or that is hidden in one, unless the user says so. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { builtins, train } from "../../mod.ts";
import { memoryConsole } from "../../pipeline/terminal/memory_console.ts";
import { copyRun, executableCheckpoint, marking, writeWithRecipe } from "./hostile.ts";

const recipe = `
name: small
dataset: { use: emoji, image_size: 8, batch_size: 16, categories: [Activities] }
network: { use: residual-unet, widths: [4, 8], block_depth: 1, embedding_dims: 4, max_frequency: 10 }
samplers: { preview: { use: ddim, steps: 2 } }
metrics: [validation-error]
train: { steps: 2, checkpoint: 1 steps, samples: { every: 1 steps, rows: 1, columns: 2 } }
backend: cpu
`;

interface End {
  readonly code: number;
  readonly said: string;
  readonly marked: boolean;
}

/** Runs command lines in a process that may do everything, with a cache and a state of its own. */
async function run(folder: string, marker: string, commands: readonly (readonly string[])[]): Promise<End[]> {
  const root = new URL("../../", import.meta.url);
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--allow-all", "--config", new URL("deno.json", root).pathname]
      .concat(new URL("child.ts", import.meta.url).pathname, marker, JSON.stringify(commands)),
    cwd: folder,
    env: { DENOISE_STATE: join(folder, "state"), DENOISE_CACHE: join(folder, "cache"), NO_COLOR: "1" },
  }).output();
  const [last] = new TextDecoder().decode(stdout).trim().split("\n").slice(-1);
  assert.match(last ?? "", /^\[/, new TextDecoder().decode(stderr));
  return JSON.parse(last!);
}

/** A trained run in a folder of its own, and things that somebody else could have made of it. */
async function workplace() {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "denoise-trust-" }));
  const before = Deno.env.get("DENOISE_STATE");
  Deno.env.set("DENOISE_STATE", join(folder, "state"));
  try {
    await Deno.writeTextFile(join(folder, "small.yaml"), recipe);
    const options = { plugins: builtins, cache: join(folder, "cache"), runs: join(folder, "runs") };
    await train(join(folder, "small.yaml"), options, memoryConsole());
  } finally {
    if (before === undefined) Deno.env.delete("DENOISE_STATE");
    else Deno.env.set("DENOISE_STATE", before);
  }
  return {
    folder,
    marker: join(folder, "marker"),
    trained: join(folder, "runs", "small"),
    checkpoint: join(folder, "runs", "small", "checkpoints", "step-000002.safetensors"),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** Every command that takes a recipe, a run folder or a checkpoint, on one; `folder` of a run where only that is taken. */
const commandsOn = (target: string, folder?: string): string[][] => [
  ["validate", target],
  ["validate", target, "--explain"],
  ["graph", target, "--out", "graph.svg"],
  ["run", target, "--dry-run"],
  ["run", target, "--dry-run", "--trust"],
  ["run", target],
  ["sample", target, "--count", "1"],
  ["evaluate", target],
  ["sweep", target, "seed=1,2"],
  ...["grid", "steps", "interpolation", "trajectory", "schedule", "diffusion", "kid"].map((
    what,
  ) => ["picture", what, target]),
  ["import", "weights.h5", "--recipe", target],
  ...(folder === undefined ? [] : [["report", folder], ["picture", "animation", folder, "-o", "animation.png"]]),
];

Deno.test("no command runs the code of a checkpoint that is a program as well", async () => {
  await using place = await workplace();
  const { folder, marker, checkpoint } = place;
  const file = join(folder, "downloaded.safetensors");
  await executableCheckpoint(checkpoint, file, `Deno.writeTextFileSync('${marker}', 'run');`);

  // The attack itself works: whoever imports the file as a program runs its code.
  const copy = join(folder, "copy.ts");
  await Deno.copyFile(file, copy);
  const attack = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--no-config", "--allow-write", copy],
  }).output();
  assert.ok(await Deno.remove(marker).then(() => true, () => false), new TextDecoder().decode(attack.stderr));

  const commands = commandsOn(file).flatMap((words) =>
    words[1] === "--dry-run" ? [words] : [words, [...words, "--plugins", file]]
  );
  for (const [i, { code, said, marked }] of (await run(folder, marker, commands)).entries()) {
    const line = commands[i]!.join(" ");
    assert.equal(marked, false, `${line} ran the code`);
    assert.equal(code, 1, `${line}\n${said}`);
    assert.match(said, /Cannot load ".*downloaded\.safetensors" as a plugin: it is a checkpoint/, line);
  }
  const [exported] = await run(folder, marker, [["export", file, "-o", "weights.safetensors"]]);
  assert.deepEqual([exported!.code, exported!.marked], [0, false], "what only copies tensors needs no code");
});

Deno.test("no command runs a file that a checkpoint or a run folder names, and says what to type", async () => {
  await using place = await workplace();
  const { folder, marker, checkpoint, trained } = place;
  const evil = join(folder, "evil.ts");
  await Deno.writeTextFile(evil, marking(marker));
  const change = (text: string) => `plugins: [${JSON.stringify(evil)}]\n${text}`;
  const file = join(folder, "downloaded.safetensors");
  await writeWithRecipe(checkpoint, file, change);
  const downloaded = join(folder, "downloaded");
  await copyRun(trained, downloaded, change);

  const commands = [...commandsOn(file), ...commandsOn(downloaded, downloaded)];
  for (const [i, { code, said, marked }] of (await run(folder, marker, commands)).entries()) {
    const line = commands[i]!.join(" ");
    assert.equal(marked, false, `${line} ran the code`);
    assert.equal(code, 1, `${line}\n${said}`);
    assert.match(said, /Cannot load the plugin file "[^"]*evil\.ts": the recipe /, line);
    assert.ok(said.includes(`add --plugins ${evil}`), said);
    const offered = !/^(validate|graph)$/.test(commands[i]![0]!) && !commands[i]!.includes("--dry-run");
    assert.equal(/or --trust/.test(said), offered, line);
  }

  const [named, trusted, picture, validated] = await run(folder, marker, [
    ["sample", file, "--count", "1", "--plugins", evil, "backend=cpu"],
    ["sample", file, "--count", "1", "--trust"],
    ["picture", "schedule", file, "--trust"],
    ["validate", file, "--plugins", evil],
  ]);
  assert.deepEqual([named!.code, named!.marked], [0, true], named!.said);
  // A module is run once a process: the others end well because its plugin is there.
  for (const end of [trusted, picture, validated]) assert.equal(end!.code, 0, end!.said);
});

Deno.test("no command loads a library that a checkpoint names", async () => {
  await using place = await workplace();
  const { folder, marker, checkpoint } = place;
  const library = join(folder, "lib.so");
  await Deno.writeTextFile(library, "no library");
  const file = join(folder, "downloaded.safetensors");
  const backend = `backend: { use: xla, plugin: ${JSON.stringify(library)} }`;
  await writeWithRecipe(checkpoint, file, (text) => text.replace(/^backend:.*$/m, backend));
  const commands = commandsOn(file).filter(([name]) => name !== "import");
  for (const [i, { code, said }] of (await run(folder, marker, commands)).entries()) {
    assert.equal(code, 1, said);
    assert.match(said, /Cannot load the library "[^"]*lib\.so" for backend/, commands[i]!.join(" "));
  }
  const [trusted, other] = await run(folder, marker, [
    ["sample", file, "--count", "1", "--trust"],
    ["sample", file, "--count", "1", "backend=cpu"],
  ]);
  assert.match(trusted!.said, /Cannot load the PJRT plugin/, "trusted, it is tried");
  assert.equal(other!.code, 0, other!.said);
});

Deno.test("a sweep takes no settings from a checkpoint: they would count as typed", async () => {
  await using place = await workplace();
  const { folder, marker, checkpoint } = place;
  const evil = join(folder, "evil.ts");
  await Deno.writeTextFile(evil, marking(marker));
  const file = join(folder, "downloaded.safetensors");
  await writeWithRecipe(checkpoint, file, (text) => `${text}sweep: { plugins: [[${JSON.stringify(evil)}]] }\n`);
  const [end] = await run(folder, marker, [["sweep", file]]);
  assert.deepEqual([end!.code, end!.marked], [1, false]);
  assert.match(end!.said, /Cannot sweep over "plugins": the grid comes from a recipe that is not one you typed/);
});

Deno.test("a run of one's own resumes without a word, until its plugin changes", async () => {
  await using place = await workplace();
  const { folder, marker } = place;
  const mine = join(folder, "mine.ts");
  const text = marking(marker);
  await Deno.writeTextFile(mine, text);
  const typed = join(folder, "own.yaml");
  await Deno.writeTextFile(typed, `plugins: [./mine.ts]\naugmentation: [marking]\n${recipe.replace("small", "own")}`);
  const target = join(folder, "runs", "own");
  const [checkpoint] = [join(target, "checkpoints", "step-000002.safetensors")];
  const using = [
    ["run", target],
    ["sample", target, "--count", "1"],
    ["sample", checkpoint, "--count", "1"],
    ["evaluate", target],
    ["report", target],
    ["picture", "grid", target, "--rows", "1", "--columns", "1"],
    ["sweep", typed, "seed=1,2"],
  ];
  const ends = await run(folder, marker, [["run", typed], ...using]);
  for (const [i, { code, said }] of ends.entries()) assert.equal(code, 0, `${[["run"], ...using][i]}\n${said}`);
  assert.equal(ends[0]!.marked, true);
  const again = await run(folder, marker, using);
  for (const { code, marked, said } of again) {
    assert.deepEqual([code, said.includes("trusted")], [0, false], `${marked} ${said}`);
  }

  await Deno.writeTextFile(mine, `${text}// edited\n`);
  for (const { code, marked, said } of await run(folder, marker, using.slice(0, 6))) {
    assert.deepEqual([code, marked], [1, false], said);
    assert.match(said, /it has changed since you trained with it/);
  }
  // Named, it is run; and it is said to differ from what the checkpoint was trained with.
  const { stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--allow-all", new URL("../../cli.ts", import.meta.url).pathname]
      .concat("sample", target, "--count", "1", "--plugins", mine),
    cwd: folder,
    env: { DENOISE_STATE: join(folder, "state"), DENOISE_CACHE: join(folder, "cache"), NO_COLOR: "1" },
  }).output();
  assert.match(new TextDecoder().decode(stderr), /"mine\.ts" changed since the checkpoint/);
});

Deno.test("a checkpoint without hashes, as older ones are, is used with its plugin named", async () => {
  await using place = await workplace();
  const { folder, marker, checkpoint } = place;
  const mine = join(folder, "mine.ts");
  await Deno.writeTextFile(mine, marking(marker));
  const old = join(folder, "old.safetensors");
  await writeWithRecipe(
    checkpoint,
    old,
    (text) => `plugins: [./mine.ts]\naugmentation: [marking]\n${text.replace(/^augmentation:.*\n/m, "")}`,
  );
  const [refused, named] = await run(folder, marker, [
    ["sample", old, "--count", "1"],
    ["sample", old, "--count", "1", "--plugins", "mine.ts"],
  ]);
  assert.deepEqual([refused!.code, refused!.marked], [1, false]);
  assert.deepEqual([named!.code, named!.marked], [0, true], named!.said);
});
