/** What native code writes to standard error does not disturb what a command shows, and is shown where something fails. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pluginForTests } from "../lib/xla/testing.ts";

const launcher = fileURLToPath(new URL("../cli/launch/mod.ts", import.meta.url));
const config = fileURLToPath(new URL("../deno.json", import.meta.url));
const plugin = pluginForTests();
const hasScript = Deno.build.os === "linux" &&
  await new Deno.Command("script", { args: ["--version"] }).output().then(({ success }) => success, () => false);
if (!hasScript) console.log("native log: tests are skipped, as they need a terminal: apt-get install bsdutils");

/** An augmentation that writes by the C library, as XLA does, and then does what a test wants. */
const noisy = (code: string) => `
import { plugin, tf, z } from "denoise/plugin";
const { symbols } = Deno.dlopen("libc.so.6", {
  fputs: { parameters: ["buffer", "pointer"], result: "i32" },
  abort: { parameters: [], result: "void" },
  exit: { parameters: ["i32"], result: "void" },
});
const { symbols: { stderr } } = Deno.dlopen("libc.so.6", { stderr: { type: "pointer" } });
const text = (value: string) => new TextEncoder().encode(value + "\\0");
const write = (line: string) => {
  const stream = new Deno.UnsafePointerView(stderr as Deno.PointerObject).getPointer();
  symbols.fputs(text(line + "\\n"), stream);
};
export default plugin({
  kind: "augmentation",
  name: "noisy",
  summary: "Writes by the C library",
  options: z.object({}),
  create: () => ({ shape: (input) => input, apply: (images) => {
    if (tf.getBackend() !== "xla") return images; // shapes are looked at before there is a plugin
    write("E0000 native \\u001b[2Kline");
    ${code}
    return images;
  } }),
});`;

const recipe = (backend: string) => `
name: noisy
plugins: [./noisy.ts]
dataset: { use: emoji, image_size: 8, batch_size: 16, categories: [Activities] }
augmentation: [noisy]
network: { use: patch-unet, widths: [4], block_depth: 1, embedding_dims: 4 }
metrics: []
train: { steps: 3 }
backend: ${backend}
`;

/** Trains on a terminal, started as a task starts it; all that the terminal was sent. */
async function trained(backend: string, code: string, env: Readonly<Record<string, string>> = {}) {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(folder, "noisy.ts"), noisy(code));
    await Deno.writeTextFile(join(folder, "r.yaml"), recipe(backend));
    const words = [Deno.execPath(), "run", "--quiet", "-P=launch", "--config", config, launcher, "run", "r.yaml"];
    const line = words.map((word) => `\'${word}\'`).join(" ");
    const { stdout, code: exit } = await new Deno.Command("script", {
      args: ["-qec", `stty cols 100 rows 24; exec ${line}`, "/dev/null"],
      cwd: folder,
      clearEnv: true,
      env: { ...kept(), DENOISE_STATE: join(folder, "state"), TMPDIR: folder, TERM: "xterm", ...env },
      stdin: "null",
      stderr: "null",
    }).output();
    const left = [...Deno.readDirSync(folder)].filter(({ name }) => name.startsWith("denoise-")).length;
    return { said: new TextDecoder().decode(stdout), exit, left };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The environment without what a test, or a plugin in its process, has set. */
function kept(): Record<string, string> {
  const { TF_CPP_MIN_LOG_LEVEL: _, DENOISE_NATIVE_LOG: __, INIT_CWD: ___, ...env } = Deno.env.toObject();
  return env;
}

const test = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name: `${name} (xla)`, ignore: plugin === undefined || !hasScript, fn });
const xla = `{ use: xla, plugin: ${JSON.stringify(plugin)} }`;

test("native lines do not show in a run that ends well, and progress does", async () => {
  const { said, exit, left } = await trained(xla, "");
  assert.equal(exit, 0, said);
  assert.ok(!said.includes("E0000"), said);
  assert.match(said, /step 1\/3/);
  assert.ok(said.includes("\u001b["), "a line of progress is drawn, as on any terminal");
  assert.equal(left, 0, "the file is removed");
});

test("native lines show where XLA's own variable asks for them", async () => {
  const { said } = await trained(xla, "", { TF_CPP_MIN_LOG_LEVEL: "2" });
  assert.ok(said.includes("E0000 native"), said);
});

test("the last native lines are shown where the process crashes", async () => {
  const { said, exit } = await trained(xla, "symbols.abort();");
  assert.match(said, /The command crashed \(SIGABRT\); what it wrote last:\r\n {2}E0000 native \?\[2Kline/, said);
  assert.equal(exit, 134);
});

test("flags that XLA refuses, as it ends the process, are named", async () => {
  const { said, exit } = await trained(xla, "", { XLA_FLAGS: "--xla_no_such_flag=1" });
  assert.match(said, /XLA does not take the flags "--xla_no_such_flag=1" of the variable XLA_FLAGS\r\n/);
  assert.match(said, /\r\n {2}it wrote: Unknown flag in XLA_FLAGS: --xla_no_such_flag=1\r\n {2}correct the variable, /);
  assert.equal(exit, 1);
  const { said: value } = await trained(xla, "", { XLA_FLAGS: "--xla_cpu_multi_thread_eigen=perhaps" });
  assert.match(value, /\r\n {2}it wrote: Couldn't interpret value perhaps for flag xla_cpu_multi_thread_eigen\.\r\n/);
  assert.ok(!value.includes("--xla_gpu"), "the list of all flags is left out");
});

test("a process that native code ends is told of, as is what native code wrote", async () => {
  const { said, exit } = await trained(xla, "symbols.exit(3);");
  assert.match(said, /The command ended early \(exit code 3\)\r\n {2}it wrote: E0000 native \?\[2Kline/);
  assert.equal(exit, 3);
});

test("what native code wrote before is part of the error of a program that does not compile, and of a failed start", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.symlink(plugin!, join(folder, "other.so")); // by its name not a processor's: it is told of a part of a GPU
  const of = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  const source = `
    import { loadPlugin } from ${of("../lib/xla/pjrt/mod.ts")};
    import xla from ${of("../plugins/backend/xla.ts")};
    const client = loadPlugin(${JSON.stringify(plugin)}).createClient();
    const { symbols } = Deno.dlopen("libc.so.6", { perror: { parameters: ["buffer"], result: "void" } });
    symbols.perror(new TextEncoder().encode("native line\\0"));
    console.error("a line of Deno's");
    await client.compile("module { nonsense }").catch((error) => console.log(error.log?.join()));
    const options = xla.options.parse({ plugin: ${JSON.stringify(join(folder, "other.so"))}, memory_fraction: 1 });
    await (await xla.create({ options })).start().catch((error) => console.log(error.help.join()));
    Deno.exit();`;
  await Deno.writeTextFile(join(folder, "child.ts"), source);
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--allow-all", "--config", config, join(folder, "child.ts")],
    env: { ...kept(), DENOISE_NATIVE_LOG: join(folder, "log", "native.log"), DENOISE_PJRT_PLUGIN: "" },
    clearEnv: true,
  }).output();
  const [compiling, starting] = new TextDecoder().decode(stdout).split("\n");
  assert.match(compiling!, /^native line: /);
  assert.match(starting!, /^it wrote: native line: /);
  assert.equal(new TextDecoder().decode(stderr), "a line of Deno's\n");
  await Deno.remove(folder, { recursive: true });
});
