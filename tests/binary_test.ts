/** The one executable, where there is nothing else: an empty folder, no variables, nothing on PATH. */
import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const linux = Deno.build.os === "linux";

interface Answer {
  readonly code: number;
  readonly text: string;
}

async function answerOf(command: Deno.Command): Promise<Answer> {
  const { code, stdout, stderr } = await command.output();
  return { code, text: [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("") };
}

const recipeOf = (options: string) =>
  `dataset: { use: emoji, image_size: 16, batch_size: 4 }
network: { use: patch-unet, widths: [8, 16] }
plugins: [straight.ts]
schedule: { use: straight${options} }
train: { steps: 1 }
`;

/** The schedule of a user: it has the modules that the program has, and tries what no task would permit. */
const plugin = `import { plugin, ratesOf, tf, z } from "denoise/plugin";
import * as sameTf from "@tensorflow/tfjs";
import { z as sameZ } from "zod";
if (tf.Tensor !== sameTf.Tensor || z !== sameZ) throw new Error("it has other modules than Denoise");
const attempts = [
  () => Deno.readTextFileSync("/etc/passwd"),
  () => Deno.writeTextFileSync("beside.txt", ""),
  () => new Deno.Command("/bin/true").outputSync(),
];
for (const attempt of attempts) {
  try {
    attempt();
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) continue;
  }
  throw new Error(attempt + " is permitted");
}
export default plugin({
  kind: "schedule",
  name: "straight",
  summary: "log-SNR falls evenly",
  options: z.object({ file: z.string().default("").describe("a file to write to") }),
  create({ options: { file } }) {
    if (file !== "") Deno.writeTextFileSync(file, "changed");
    return { logSnr: (time) => 7 - 14 * time, rates: (time) => ratesOf(tf.sub(7, tf.mul(14, time))) };
  },
});
`;

/** An answer, read to its end. */
async function get(address: URL): Promise<Response> {
  const response = await fetch(address);
  await response.bytes();
  return response;
}

Deno.test({
  name: "the binary does all that the tasks do with nothing around it",
  ignore: !linux, // elsewhere it takes a base that Deno downloads
  async fn(test) {
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "denoise binary " }));
    const binary = join(folder, "bin", "denoise");
    const cache = join(folder, "cache");
    const cwd = join(folder, "work");
    const env = { DENOISE_CACHE: cache, HOME: folder };
    const start = (args: readonly string[], more: Record<string, string> = {}, program = binary) =>
      answerOf(new Deno.Command(program, { args: [...args], cwd, clearEnv: true, env: { ...env, ...more } }));
    const good = async (...args: string[]) => {
      const { code, text } = await start(args);
      assert.equal(code, 0, `${args.join(" ")}\n${text}`);
      assert.doesNotMatch(text, /deno task/, args.join(" "));
      return text;
    };
    const programs = () =>
      [...Deno.readDirSync(join(cache, "programs"))].map(({ name }) => join(cache, "programs", name));
    try {
      await Deno.mkdir(cwd);
      await Deno.mkdir(join(folder, "bin"));
      const made = await answerOf(
        new Deno.Command(Deno.execPath(), {
          args: ["task", "--quiet", "compile", "--level", "3", "--output", binary],
          cwd: root,
        }),
      );
      assert.equal(made.code, 0, made.text);
      assert.ok((await Deno.stat(binary)).size < 120e6, made.text);

      await test.step("two that start at once unpack one program", async () => {
        const answers = await Promise.all([start(["--version"]), start(["--version"])]);
        assert.deepEqual(answers.map(({ code }) => code), [0, 0], answers.map(({ text }) => text).join("\n"));
        assert.equal(programs().length, 1);
      });

      await test.step("it checks recipes that come with it, and lists them", async () => {
        assert.match(await good("recipes"), /^quickstart\b/m);
        // Its packages are found whatever registry the user's own are of.
        const { text } = await start(["recipes"], { NPM_CONFIG_REGISTRY: "https://packages.invalid/" });
        assert.match(text, /^quickstart\b/m);
        assert.match(await good("validate", "recipes/flowers-ddim.yaml"), /is valid/);
        assert.match((await start(["validate", "quikstart"])).text, /quickstart/);
      });

      await test.step("it trains and samples, and says what to type next", async () => {
        const small = [
          "dataset.image_size=16",
          "dataset.repeats=1",
          "network.widths=[8,16]",
          "samplers.preview.steps=2",
        ];
        const text = await good("run", "quickstart", "backend=wasm", "train.epochs=1", ...small);
        assert.match(text, /trained +1 epoch/);
        assert.match(text, /bin\/denoise'? sample runs\/quickstart/);
        assert.match(await good("sample", "runs/quickstart", "--count", "1"), /pictures|generated/);
        const drawn = [...Deno.readDirSync(join(cwd, "runs", "quickstart", "generated"))].map(({ name }) => name);
        assert.equal(drawn.filter((name) => name.endsWith(".png")).length, 1, drawn.join(" "));
      });

      await test.step("it serves pictures, and says nothing but what it is", async () => {
        const child = new Deno.Command(binary, {
          args: ["serve", "runs/quickstart", "backend=wasm", "--port", "0"],
          cwd,
          clearEnv: true,
          env,
          stdout: "piped",
          stderr: "piped",
        }).spawn();
        const late = setTimeout(() => child.kill("SIGTERM"), 60_000);
        const warned = new Response(child.stderr).text();
        let said = "";
        for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
          const before = said;
          said += text;
          const address = /http:\S+\//.exec(said)?.[0];
          if (address === undefined || before.includes(address)) continue;
          const { status, headers } = await get(new URL("generate.png?seed=7", address));
          assert.deepEqual([status, headers.get("content-type")], [200, "image/png"]);
          child.kill("SIGTERM");
        }
        await child.status;
        clearTimeout(late);
        said += await warned;
        const first = said.split("\n").filter((line) => line !== "").map((line) => line.split(/[ :]/)[0]);
        assert.deepEqual(first.sort(), ["backend", "checkpoint", "limits", "serving", "stopping"], said);
      });

      await test.step("it asks pip for XLA where there is one, with the packages that are in it", async () => {
        const path = join(folder, "path");
        await Deno.mkdir(path);
        const pip = '#!/bin/sh\ncase "$*" in *--version) ;; *) echo "ERROR: no such wheel here" >&2; exit 1 ;; esac\n';
        await Deno.writeTextFile(join(path, "python3"), pip, { mode: 0o755 });
        const nowhere = "http://127.0.0.1:9"; // whatever else is tried
        const { code, text } = await start(["run", "quickstart", "backend=xla", "name=other"], {
          PATH: path,
          HTTPS_PROXY: nowhere,
        });
        assert.equal(code, 1, text);
        const words = text.replaceAll(/\s+/g, " ");
        assert.match(words, /Cannot download lammps-jax-pjrt-cpu \S+ with pip: no such wheel here/);
        assert.doesNotMatch(words, /space on the disk/);
      });

      await test.step("it loads a plugin file, which may change nothing of it", async () => {
        await Deno.writeTextFile(join(cwd, "straight.ts"), plugin);
        const recipe = (options: string) =>
          Deno.writeTextFile(
            join(cwd, "mine.yaml"),
            recipeOf(options),
          );
        await recipe("");
        assert.match(await good("validate", "mine.yaml"), /is valid/);
        await recipe(`, file: "${programs()[0]}/cli.ts"`);
        const { code, text } = await start(["run", "mine.yaml", "backend=wasm"]);
        assert.equal(code, 1, text);
        assert.match(text, /not permitted to write/);
      });

      await test.step("it tests what it writes", async () => {
        await good("new", "schedule", "my-schedule");
        const recipe = await Deno.readTextFile(join(cwd, "my-schedule.yaml"));
        const schema = /\$schema=(.*)/.exec(recipe)![1]!;
        const checked = await Deno.readTextFile(join(cwd, schema));
        assert.ok(JSON.parse(checked).properties.dataset, schema);
        assert.ok(!checked.includes("deno task"), "commands are those of the binary");
        assert.match(await good("test", "my-schedule_test.ts"), /\d+ passed/);
      });

      await test.step("it is Deno, where that is asked for", async () => {
        assert.match(await good("deno", "--version"), /^deno \d/);
      });

      await test.step("a damaged copy is unpacked anew", async () => {
        const [program] = programs();
        for (const path of ["cli/main.ts", "binary.json", "packages"]) {
          if (path === "packages") await Deno.remove(join(program!, path), { recursive: true });
          else await Deno.truncate(join(program!, path), 20);
          assert.match(await good("--version"), /^\d/);
          assert.deepEqual(programs().map((path) => basename(path)), [basename(program!)]);
        }
      });

      await test.step("what cannot work is said", async () => {
        const blocked = await start(["--version"], { DENOISE_CACHE: join(binary, "cache") });
        assert.equal(blocked.code, 1);
        assert.match(
          blocked.text,
          /^Cannot unpack Denoise into ".+": a part of this path is a file\n.*\n {2}DENOISE_CACHE/,
        );
        const cut = join(folder, "bin", "cut");
        await Deno.copyFile(binary, cut);
        await Deno.truncate(cut, (await Deno.stat(cut)).size - 1000);
        const damaged = await start(["--version"], { DENOISE_CACHE: join(folder, "other") }, cut);
        assert.deepEqual(damaged, {
          code: 1,
          text: `"${cut}" is damaged: its end is missing\n  copy or download it again\n`,
        });
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: 'where DENORT_BIN names a base, "deno compile" puts the program and Deno into it',
  ignore: !linux,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "denoise binary " });
    const binary = join(folder, "denoise");
    const compile = (base: string) =>
      answerOf(
        new Deno.Command(Deno.execPath(), {
          args: ["task", "--quiet", "compile", "--level", "1", "--output", binary],
          cwd: root,
          env: { DENORT_BIN: base },
        }),
      );
    try {
      // Any program will do: what is made of it is not started, as Deno's own base cannot be had everywhere.
      const base = "/bin/true";
      const { code, text } = await compile(base);
      assert.equal(code, 0, text);
      const [{ size, mode }, before] = await Promise.all([Deno.stat(binary), Deno.stat(base)]);
      assert.ok(size - before.size > 40e6, `${size} bytes: Deno and the program are in it`);
      assert.equal(mode! & 0o111, 0o111);
      const missing = await compile(join(folder, "none"));
      assert.equal(missing.code, 2);
      assert.match(
        missing.text,
        /^Cannot run "deno compile": .*Could not find denort[^]*\n {2}DENORT_BIN is ".*none"\n$/,
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
