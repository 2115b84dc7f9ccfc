/** Tests of the tasks: they work where they are typed, and what they run may do what it needs and no more. */
import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { encodePng } from "../lib/image/mod.ts";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const windows = Deno.build.os === "windows";

const recipe = `
dataset: { use: emoji, image_size: 8, batch_size: 16, categories: [Activities] }
network: { use: residual-unet, widths: [4, 8], block_depth: 1, embedding_dims: 4, max_frequency: 10 }
samplers: { preview: { use: ddim, steps: 2 } }
metrics: []
train: { epochs: 10000 }
backend: cpu
`;

/** A plugin whose `create` runs this code. */
const doing = (code: string) => `
import { plugin, z } from "denoise/plugin";
export default plugin({
  kind: "augmentation",
  name: "doing",
  summary: "Does what a test says",
  options: z.object({}),
  create: async () => {
    ${code};
    return { shape: (input) => input, apply: (images) => images };
  },
});
`;

async function inFolder(
  files: Readonly<Record<string, string>>,
  test: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "denoise-launch-" }));
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.mkdir(join(folder, name, ".."), { recursive: true });
      await Deno.writeTextFile(join(folder, name), text);
    }
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The environment of a shell: what this process has been told by a task does not count. */
function shell(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const { INIT_CWD: _, ...env } = Deno.env.toObject();
  return { ...env, NO_COLOR: "1", ...more };
}

interface Ended {
  readonly code: number;
  readonly out: string;
  /** What was said of errors, on one line. */
  readonly err: string;
}

async function deno(args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const command = new Deno.Command(Deno.execPath(), { args: [...args], cwd, clearEnv: true, env: shell(env) });
  const { code, stdout, stderr } = await command.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr).replaceAll(/\s+/g, " ") };
}

/** A task of this repository, typed in a folder: with the configuration named where the folder has none. */
function task(words: string, cwd: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const config = cwd.startsWith(root) ? [] : ["--config", join(root, "deno.json")];
  return deno(["task", "--quiet", ...config, ...words.split(" ")], cwd, env);
}

Deno.test("tasks take paths relative to where they are typed", async () => {
  const below = await task("validate quickstart.yaml", join(root, "recipes"));
  assert.deepEqual([below.code, below.out], [0, "quickstart.yaml is valid\n"], below.err);
  await inFolder({ "own/r.yaml": recipe, "elsewhere/.keep": "" }, async (folder) => {
    const graph = await task("graph ../own/r.yaml --out drawings/g.mmd", join(folder, "elsewhere"));
    assert.equal(graph.code, 0, graph.err);
    assert.match(graph.out, /drawing {6}drawings\/g\.mmd\n/);
    assert.match(await Deno.readTextFile(join(folder, "elsewhere", "drawings", "g.mmd")), /^flowchart/m);
    const plan = await task("run ../own/r.yaml --dry-run", join(folder, "elsewhere"));
    assert.match(plan.out, /^run +runs[/\\]r$/m, plan.err);
    // Where the task was typed counts, not where it is run.
    const moved = await deno([
      "task",
      "--quiet",
      "--config",
      join(root, "deno.json"),
      "--cwd",
      root,
      "validate",
      "own/r.yaml",
    ], folder);
    assert.deepEqual([moved.code, moved.out], [0, "own/r.yaml is valid\n"], moved.err);
  });
});

Deno.test("a recipe finds its pictures from any folder, and so does its run", async () => {
  const png = await encodePng({ width: 8, height: 8, data: new Uint8Array(3 * 64).fill(90) });
  await inFolder({ "photos/pictures/.keep": "", "elsewhere/.keep": "", "cache/.keep": "" }, async (folder) => {
    for (const i of [1, 2, 3, 4, 5]) await Deno.writeFile(join(folder, "photos", "pictures", `${i}.png`), png);
    await Deno.writeTextFile(
      join(folder, "photos", "mine.yaml"),
      `dataset: { use: image-folder, folder: pictures, image_size: 8, batch_size: 2, validation: 0.4 }
network: { use: residual-unet, widths: [4], block_depth: 1, embedding_dims: 4, max_frequency: 10 }
samplers: {}
train: { steps: 1, samples: { rows: 1, columns: 1 } }
backend: cpu
`,
    );
    const env = { DENOISE_CACHE: join(folder, "cache"), DENOISE_STATE: join(folder, "cache") };
    const trained = await task("run ../photos/mine.yaml", join(folder, "elsewhere"), env);
    assert.equal(trained.code, 0, trained.err);
    for (const [cwd, run] of [["elsewhere", "runs/mine"], ["photos", "../elsewhere/runs/mine"]] as const) {
      const measured = await task(`evaluate ${run} --json`, join(folder, cwd), env);
      assert.equal(measured.code, 0, measured.err);
      assert.equal(JSON.parse(measured.out).metrics.length, 2);
    }
    const typed = await task("evaluate ../elsewhere/runs/mine dataset.folder=picturs", join(folder, "photos"), env);
    assert.equal(typed.code, 1);
    const folders = [join(folder, "photos", "picturs"), join(folder, "photos", "pictures")];
    assert.ok(folders.every((path) => typed.err.includes(`"${path}"`)), typed.err);
    assert.match(typed.err, /^.*command line: Cannot find folder/);
    await Deno.rename(join(folder, "photos", "pictures"), join(folder, "photos", "moved"));
    const stored = await task("evaluate elsewhere/runs/mine", folder, env);
    assert.match(stored.err, /the recipe stored in elsewhere.* change the value .*dataset\.folder=<value>/);
    const moved = await task("evaluate elsewhere/runs/mine dataset.folder=photos/moved", folder, env);
    assert.equal(moved.code, 0, moved.err);
  });
});

Deno.test("tasks run in folders whose names hold commas, blanks and what shells and addresses take apart", async () => {
  const odd = ["a,b", "a,,b", "a b", "a%20b", "a#b", "a'b", "é"];
  await inFolder(Object.fromEntries(odd.map((name) => [`${name}/${name}.yaml`, recipe])), async (folder) => {
    for (const name of odd) {
      const cwd = join(folder, name);
      const ended = await deno(
        ["task", "--quiet", "--config", join(root, "deno.json"), "graph", `${name}.yaml`, "--out", `${name}.mmd`],
        cwd,
      );
      assert.equal(ended.code, 0, `${name}: ${ended.err}`);
      assert.match(await Deno.readTextFile(join(cwd, `${name}.mmd`)), /^flowchart/m);
    }
  });
});

Deno.test({
  name: "tasks refuse what has no end, such as devices and pipes, wherever a recipe names it",
  ignore: windows,
  fn: async () => {
    await inFolder({
      "base.yaml": "extends: /dev/zero\n",
      "plugin.yaml": `plugins: [link.ts]\n${recipe}`,
      "run/log.jsonl": "",
      "run/recipe.yaml": `plugins: [../link.ts]\n${recipe}`,
    }, async (folder) => {
      await Deno.symlink("/dev/zero", join(folder, "link.ts"));
      for (const target of ["/dev/zero", "base.yaml", "plugin.yaml", "run"]) {
        const { code, err } = await task(`validate ${target}`, folder);
        assert.equal(code, 1, `${target}: ${err}`);
        assert.doesNotMatch(err, /Stack|unexpected/, target);
      }
    });
  },
});

Deno.test({
  name: "a training continues where the cache cannot be written to",
  fn: async () => {
    await inFolder({ "r.yaml": recipe, "file": "" }, async (folder) => {
      const env = { DENOISE_CACHE: join(folder, "file"), TMPDIR: folder };
      const { code, err } = await task("run r.yaml train.epochs=1", folder, env);
      assert.equal(code, 0, err);
      assert.match(err, /pictures are decoded for this run alone/);
      const left = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
      assert.deepEqual(left, ["file", "r.yaml", "runs"], "nothing of it stays");
    });
  },
});

Deno.test("cli.ts alone takes paths relative to the working directory, whatever a task has noted", async () => {
  await inFolder({ "r.yaml": recipe }, async (folder) => {
    const env = { INIT_CWD: root };
    const { code, out, err } = await deno(
      ["run", "--quiet", "--no-check", "-A", join(root, "cli.ts"), "validate", "r.yaml"],
      folder,
      env,
    );
    assert.deepEqual([code, out], [0, "r.yaml is valid\n"], err);
  });
});

Deno.test("tasks hint at what was meant, and say commands as they have to be typed there", async () => {
  const data = recipe.replace(/^dataset:.*$/m, "dataset: { use: image-folder, folder: picture, image_size: 8 }");
  await inFolder({ "my-recipe.yaml": recipe, "pictures/a.txt": "", "data.yaml": data }, async (folder) => {
    const near = await task("validate my-recipes.yaml", folder);
    assert.match(near.err, /did you mean my-recipe\.yaml\?/);
    assert.equal((await task("validate quickstart", folder)).code, 0, "a recipe that comes with Denoise");
    const builtIn = await task("validate quikstart", folder);
    assert.match(builtIn.err, /did you mean quickstart\?/);
    const folders = await task("run data.yaml --dry-run", folder);
    assert.match(folders.err, /Cannot find folder "[^"]*\/picture" .*did you mean "[^"]*pictures"\?/);
    const outside = await task("sample nothing", folder);
    assert.ok(
      outside.err.includes(`train first: deno task --config ${join(root, "deno.json")} run <recipe>`),
      outside.err,
    );
  });
  const inside = await task("sample nothing", join(root, "docs"));
  assert.match(inside.err, /train first: deno task run <recipe>/);
});

Deno.test("tasks end with the exit codes of their commands", async () => {
  await inFolder({ "r.yaml": recipe, "bad.yaml": "dataset: nothing\n" }, async (folder) => {
    const code = async (words: string) => (await task(words, folder)).code;
    assert.deepEqual([await code("validate r.yaml"), await code("validate bad.yaml"), await code("validate")], [
      0,
      1,
      2,
    ]);
    const help = await task("run --help", folder);
    assert.deepEqual([help.code, help.out.startsWith("Usage: denoise run")], [0, true]);
  });
});

Deno.test("a plugin under deno task run can read, write, start and reach nothing that is not its own", async () => {
  await inFolder({ "outside/secret.txt": "secret", "own/beside.txt": "beside" }, async (folder) => {
    const secret = JSON.stringify(join(folder, "outside", "secret.txt"));
    const own = join(folder, "own");
    const attempts: [code: string, deed: RegExp, grant: string][] = [
      [`await Deno.readTextFile(${secret})`, /read "[^"]*secret\.txt/, "--allow-read="],
      [`await Deno.readTextFile("../outside/" + "secret.txt")`, /read "/, "--allow-read="],
      [`await Deno.readTextFile("beside" + ".txt")`, /read "/, "--allow-read="],
      [`await Deno.writeTextFile(${secret}, "")`, /write to "/, "--allow-write="],
      [`await new Deno.Command("ls").output()`, /start "ls"/, "--allow-run=ls"],
      [`await fetch("https://example.invalid/")`, /connect to "example\.invalid:443"/, "--allow-net="],
      [`Deno.dlopen(${secret}, {})`, /load the library "/, "--allow-ffi="],
      [`Deno.UnsafePointer.create(1n)`, /run native code/, "--allow-ffi"],
    ];
    await Deno.writeTextFile(join(own, "r.yaml"), `plugins: [./doing.ts]\naugmentation: [doing]\n${recipe}`);
    for (const [code, deed, grant] of attempts) {
      await Deno.writeTextFile(join(own, "doing.ts"), doing(code));
      const { code: exit, err } = await task("run r.yaml", own);
      assert.equal(exit, 1, err);
      assert.match(
        err,
        new RegExp(
          `Cannot use augmentation/doing as augmentation\\[0\\]: its create is not permitted to ${deed.source}`,
        ),
        code,
      );
      assert.ok(err.includes(`to permit more, add ${grant}`), err);
    }
    assert.equal(await Deno.readTextFile(join(folder, "outside", "secret.txt")), "secret");
    await Deno.writeTextFile(join(own, "doing.ts"), doing(`await Deno.readTextFile(${secret})`));
    const permitted = await task(`run r.yaml --dry-run --allow-read=${join("..", "outside", "secret.txt")}`, own);
    assert.equal(permitted.code, 0, permitted.err);
    // What the plugin imports, and what lies below its folder and is named in it, is its own.
    await Deno.writeTextFile(join(own, "doing.ts"), doing(`await Deno.readTextFile("./beside.txt")`));
    const beside = await task("run r.yaml --dry-run", own);
    assert.equal(beside.code, 0, beside.err);
  });
});

Deno.test({
  name: "tasks pass signals on: a run is saved, and what a signal kills is told by the exit code",
  ignore: windows,
  fn: async () => {
    await inFolder({ "r.yaml": recipe }, async (folder) => {
      const args = [
        "run",
        "--quiet",
        "--no-check",
        "-P=launch",
        "--config",
        join(root, "deno.json"),
        join(root, "cli", "launch", "mod.ts"),
      ];
      const child = new Deno.Command(Deno.execPath(), {
        args: [...args, "run", "r.yaml"],
        cwd: folder,
        clearEnv: true,
        env: shell({ DENOISE_CACHE: join(folder, "cache"), INIT_CWD: folder }),
        stdout: "null",
        stderr: "piped",
      }).spawn();
      let said = "";
      let sent = false;
      for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
        said += text;
        if (/^epoch +2 /m.test(said) && !sent) child.kill("SIGINT"), sent = true;
      }
      const { code } = await child.status;
      assert.equal(code, 130, said);
      assert.match(said, /^saved runs\/r\/checkpoints\/step-\d+\.safetensors$/m);
    });
    await inFolder({ "doing.ts": doing(`Deno.kill(Deno.pid, "SIGKILL")`) }, async (folder) => {
      await Deno.writeTextFile(join(folder, "r.yaml"), `plugins: [./doing.ts]\naugmentation: [doing]\n${recipe}`);
      const { code, err } = await task("run r.yaml --allow-run", folder);
      assert.equal(code, 137, err);
    });
  },
});

Deno.test({
  name: "a command has a runtime installed by a process of its own, and says why it is unavailable",
  ignore: windows,
  fn: async () => {
    // A pip that only says what became of it, and where it was asked for.
    const pip =
      `#!/bin/sh\necho "$@" >> "$ASKED"\ncase "$*" in *--version*) exit 0;; esac\necho "ERROR: no such wheel" >&2\nexit 1\n`;
    await inFolder({ "bin/python3": pip, "r.yaml": recipe }, async (folder) => {
      await Deno.chmod(join(folder, "bin", "python3"), 0o755);
      const asked = join(folder, "asked");
      const env = {
        PATH: `${join(folder, "bin")}:${Deno.env.get("PATH")}`,
        DENOISE_CACHE: join(folder, "cache"),
        DENOISE_PJRT_PLUGIN: "",
        ASKED: asked,
        HTTPS_PROXY: "http://127.0.0.1:9", // nor is anything fetched from elsewhere
      };
      const { code, err } = await task("run r.yaml backend=xla", folder, env);
      assert.equal(code, 1, err);
      assert.match(
        err,
        /Cannot install the runtime "cpu": Cannot download \S+ \S+ with pip: no such wheel|its wheels are built for/,
      );
      assert.match(err, /(^| )command line: /, "at the place that asks for it");
      if (err.includes("no such wheel")) {
        assert.match(await Deno.readTextFile(asked), /download --no-deps --require-hashes/);
      }
      const named = await Array.fromAsync(
        Deno.readDir(join(folder, "cache", "runtimes")),
        ({ name }) => basename(name),
      );
      assert.deepEqual(named, [], "nothing of it stays");
    });
  },
});
