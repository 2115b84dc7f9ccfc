/**
 * Measures speed side by side with peers in one run: `deno task bench [--json FILE] [--batch 64] [--rounds 5]`.
 *
 * The work is the network of the Keras DDIM example at 64×64: a training step (forward, backward, AdamW, EMA) and
 * 20 steps of sampling. Each side is a process of its own; they take turns, and a row's ratio is the median over rounds
 * of ours by the peer's, so that a machine whose speed drifts slows both. Rows about JAX count only where both give the
 * same loss on the same weights and inputs, which is checked first.
 *
 * Peers need a Python that has them, named by `DENOISE_PEER_JAX`, `DENOISE_PEER_TORCH` and `DENOISE_PEER_TENSORFLOW`
 * (default `python3`); a peer that does not start is left out. On a GPU, which no side takes the memory of beforehand,
 * they are JAX's jit and PyTorch, eager and compiled; each is compared with ours in its own precision.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { wholeOption } from "../../cli/command.ts";
import { memoryVariable } from "../../lib/xla/backend/gpu.ts";
import { files } from "../../mod.ts";
import { jaxPython, sameFlags } from "./flags.ts";
import { benchCommand, pattern } from "./options.ts";
import { type Peer, startPeer } from "./peer.ts";
import { benchTable, byRounds, onceRow, type Row } from "./rows.ts";

interface Options {
  readonly json?: string;
  readonly batch: number;
  readonly rounds: number;
  readonly only?: RegExp;
}

const options = benchCommand("bench", "Measure speed, side by side with JAX and PyTorch where they are")
  .option("--json <file>", "where the rows go besides")
  .addOption(wholeOption("--batch <n>", "pictures of a step, and pictures sampled").default(64))
  .addOption(wholeOption("--rounds <n>", "turns of each side").default(5))
  .option(
    "--only <pattern>",
    "parts that are measured, of start, jax, torch, tensorflow, mixed and wasm (default: all)",
    pattern,
  )
  .parse(Deno.args, { from: "user" }).opts<Options>();
const { rounds, only = /^/ } = options;
const batch = String(options.batch);
const wanted = (part: string) => only.test(part);

/** Parts of a loss that two sides may differ by, by the precision of both. */
const lossesApart = { float32: 1e-4, tensorfloat32: 1e-3, mixed: 1e-2 };

/** What the tasks of deno.json tell glibc: to ask for huge pages, as each step allocates gigabytes. */
const allocator = "glibc.malloc.hugetlb=1";
const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const folder = await Deno.makeTempDir({ prefix: "denoise-bench-" });
const inputs = join(folder, "inputs.safetensors");
const started: Peer[] = [];
const rows: Row[] = [];

const ours = (overrides: readonly string[], size = batch, env: Readonly<Record<string, string>> = {}) =>
  start(Deno.execPath(), ["run", "--quiet", "-A", path("worker.ts"), size, ...overrides], {
    GLIBC_TUNABLES: allocator,
    [memoryVariable]: "0.9", // taken as it is needed: the peer uses the same GPU
    ...env,
  });
const jax = (flags: string, env: Readonly<Record<string, string>> = {}, precision: readonly string[] = []) =>
  start(jaxPython(), [path("peers/jax_peer.py"), inputs, batch, ...precision], {
    XLA_FLAGS: flags,
    TF_CPP_MIN_LOG_LEVEL: "3",
    XLA_PYTHON_CLIENT_PREALLOCATE: "false",
    ...env,
  });
const torch = (how: "eager" | "compile" = "eager", precision: "float32" | "bfloat16" = "float32") =>
  start(Deno.env.get("DENOISE_PEER_TORCH") ?? "python3", [
    path("peers/torch_peer.py"),
    ...[batch, String(navigator.hardwareConcurrency), how, precision],
  ]);

try {
  const own = await ours(["backend=xla"]);
  if (own === undefined) throw new Error('Cannot measure: backend "xla" does not start; see "deno task runtime"');
  const onGpu = !own.description.startsWith("xla on cpu");
  console.log(`ours: ${own.description}`);
  await own.ask("save", inputs);

  const flags = onGpu ? "" : sameFlags;
  if (wanted("start")) await startingTimes(flags);
  if (wanted("jax")) await againstJax(own, onGpu);
  if (wanted("torch")) await against(own, `PyTorch eager, ${onGpu ? "TF32" : "float32"}`, await torch());
  if (wanted("mixed")) await mixedPrecision(own, onGpu);
  await end(own);
  if (wanted("tensorflow")) await tensorFlow();
  if (wanted("wasm")) await againstWasm();
} finally {
  for (const peer of [...started]) await end(peer);
  await Deno.remove(folder, { recursive: true });
}
console.log(benchTable(rows));
if (options.json !== undefined) await files.writeWhole(options.json, `${JSON.stringify(rows, null, 2)}\n`);
Deno.exit(0);

/** From nothing compiled to the end of the first step: with nothing on disk, and with the programs of the run before. */
async function startingTimes(flags: string): Promise<void> {
  const own: number[] = [];
  for (let i = 0; i < 2; i++) {
    const worker = await ours(["backend=xla"], batch, { XDG_CACHE_HOME: folder, ...await pluginOf() });
    own.push(await worker!.ask("first"));
    await end(worker!);
  }
  const peer = await jax(flags);
  const other = await peer?.ask("first");
  if (peer !== undefined) await end(peer);
  const [cold, warm] = own as [number, number];
  const of = "JAX, same flags";
  rows.push({ what: "first step, nothing compiled before", ...onceRow(cold, other), unit: "s", of });
  rows.push({ what: "first step, programs on disk", ...onceRow(warm, other), unit: "s", of });
}

/** The plugin that is found now, as another cache folder has none. */
async function pluginOf(): Promise<Record<string, string>> {
  const { pluginForTests } = await import("../../lib/xla/testing.ts");
  const plugin = pluginForTests();
  return plugin === undefined ? {} : { DENOISE_PJRT_PLUGIN: plugin };
}

async function againstJax(own: Peer, onGpu: boolean): Promise<void> {
  const ways = onGpu ? [["JAX, jit", "", {}]] as const : [
    ["JAX, same flags", sameFlags, {}],
    ["JAX, same flags and huge pages", sameFlags, { GLIBC_TUNABLES: allocator }],
    ["JAX as shipped", "", {}],
  ] as const;
  for (const [name, flags, env] of ways) {
    const peer = await jax(flags, env);
    if (peer === undefined) return console.log("JAX: left out, as no Python with it was found");
    await compareLosses(own, name, peer, onGpu ? lossesApart.tensorfloat32 : lossesApart.float32);
    await against(own, name, peer, name === ways[0][0]);
  }
}

/** The same work takes the same loss: otherwise times are not compared. */
async function compareLosses(own: Peer, name: string, peer: Peer, most: number): Promise<void> {
  const [a, b] = [await own.ask("loss", inputs), await peer.ask("loss")];
  const apart = Math.abs(a - b) / b;
  console.log(`${name}: ${peer.description}; loss on equal weights and inputs ${a.toFixed(6)}, theirs ${b.toFixed(6)}`);
  if (!(apart < most)) throw new Error(`Cannot compare with ${name}: losses differ by ${apart} of their value`);
}

/** Rows of a training step and of sampling; ends the peer. */
async function against(own: Peer, of: string, peer: Peer | undefined, memory = false): Promise<void> {
  if (peer === undefined) return console.log(`${of}: left out, as no Python with it was found`);
  const works = [["train", `training step, batch ${batch}`], [
    "sample",
    `20-step sampling of ${batch} images`,
  ]] as const;
  for (const [work, what] of works) rows.push({ what, ...await byRounds(own, peer, work, rounds), unit: "s", of });
  if (memory) {
    const [a, b] = [await own.ask("memory"), await peer.ask("memory")];
    rows.push({ what: "peak memory", ...onceRow(a / 1e9, b / 1e9), unit: "GB", of });
  }
  await end(peer);
}

async function mixedPrecision(own: Peer, onGpu: boolean): Promise<void> {
  const mixed = await ours(["backend={use: xla, precision: mixed}"]);
  const of = onGpu ? "ours, TF32" : "ours, float32";
  for (const work of ["train", "sample"] as const) {
    rows.push({ what: `${work} in mixed precision`, ...await byRounds(mixed!, own, work, rounds), unit: "s", of });
  }
  if (onGpu) {
    const name = "JAX, jit, bfloat16 convolutions", peer = await jax("", {}, ["mixed"]);
    if (peer !== undefined) await compareLosses(mixed!, name, peer, lossesApart.mixed);
    await against(mixed!, name, peer, true);
    for (const how of ["eager", "compile"] as const) {
      await against(mixed!, `PyTorch ${how}, bfloat16`, await torch(how, "bfloat16"));
    }
  }
  await end(mixed!);
}

/** Backend `tensorflow` beside Keras on TensorFlow. */
async function tensorFlow(): Promise<void> {
  const worker = await ours(["backend=tensorflow"]);
  if (worker === undefined) return console.log("backend tensorflow: left out: deno task runtime add tensorflow");
  const keras = [path("peers/tensorflow_peer.py"), batch];
  const peer = await start(Deno.env.get("DENOISE_PEER_TENSORFLOW") ?? "python3", keras, { TF_CPP_MIN_LOG_LEVEL: "3" });
  await against(worker, "Keras on TensorFlow, backend tensorflow", peer);
  await end(worker);
}

async function againstWasm(): Promise<void> {
  const small = await ours(["backend=xla"], "16");
  for (const [of, env] of [["tfjs's wasm, as published", { PUBLISHED_TFJS: "1" }], ["our backend wasm", {}]] as const) {
    const wasm = await ours(["backend=wasm"], "16", env);
    const row = await byRounds(small!, wasm!, "train", Math.min(rounds, 3));
    rows.push({ what: "training step, batch 16", ...row, unit: "s", of });
    await end(wasm!);
  }
  await end(small!);
}

async function start(...of: Parameters<typeof startPeer>): Promise<Peer | undefined> {
  const peer = await startPeer(...of);
  if (peer !== undefined) started.push(peer);
  return peer;
}

async function end(peer: Peer): Promise<void> {
  const at = started.indexOf(peer);
  if (at < 0) return;
  started.splice(at, 1);
  await peer.stop();
}
