/**
 * Measures speed side by side with peers in one run: `deno task bench [--json FILE] [--batch 64] [--rounds 5]`.
 *
 * The work is the network of the Keras DDIM example at 64×64: a training step (forward, backward, AdamW, EMA) and
 * 20 steps of sampling. Each side is a process of its own; they take turns, and a row's ratio is the median over rounds
 * of ours by the peer's, so that a machine whose speed drifts slows both. Rows about JAX count only where both give the
 * same loss on the same weights and inputs, which is checked first.
 *
 * Peers need a Python that has them, named by `DENOISE_PEER_JAX`, `DENOISE_PEER_TORCH` and `DENOISE_PEER_TENSORFLOW`
 * (default `python3`); a peer that does not start is left out.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { wholeOption } from "../../cli/command.ts";
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
    ...env,
  });
const jax = (flags: string, env: Readonly<Record<string, string>> = {}) =>
  start(jaxPython(), [path("peers/jax_peer.py"), inputs, batch], {
    XLA_FLAGS: flags,
    TF_CPP_MIN_LOG_LEVEL: "3",
    ...env,
  });
const torch = () =>
  start(Deno.env.get("DENOISE_PEER_TORCH") ?? "python3", [
    path("peers/torch_peer.py"),
    batch,
    String(navigator.hardwareConcurrency),
  ]);

try {
  const own = await ours(["backend=xla"]);
  if (own === undefined) throw new Error('Cannot measure: backend "xla" does not start; see "deno task runtime"');
  console.log(`ours: ${own.description}`);
  await own.ask("save", inputs);

  if (wanted("start")) await startingTimes();
  if (wanted("jax")) await againstJax(own);
  if (wanted("torch")) await against(own, "PyTorch eager, float32", await torch());
  if (wanted("mixed")) await mixedPrecision(own);
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
async function startingTimes(): Promise<void> {
  const own: number[] = [];
  for (let i = 0; i < 2; i++) {
    const worker = await ours(["backend=xla"], batch, { XDG_CACHE_HOME: folder, ...await pluginOf() });
    own.push(await worker!.ask("first"));
    await end(worker!);
  }
  const peer = await jax(sameFlags);
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

async function againstJax(own: Peer): Promise<void> {
  const ways = [
    ["JAX, same flags", sameFlags, {}],
    ["JAX, same flags and huge pages", sameFlags, { GLIBC_TUNABLES: allocator }],
    ["JAX as shipped", "", {}],
  ] as const;
  for (const [name, flags, env] of ways) {
    const peer = await jax(flags, env);
    if (peer === undefined) return console.log("JAX: left out, as no Python with it was found");
    const [a, b] = [await own.ask("loss", inputs), await peer.ask("loss")];
    const apart = Math.abs(a - b) / b;
    console.log(
      `${name}: ${peer.description}; loss on equal weights and inputs ${a.toFixed(6)}, theirs ${b.toFixed(6)}`,
    );
    if (!(apart < 1e-4)) throw new Error(`Cannot compare with ${name}: losses differ by ${apart} of their value`);
    await against(own, name, peer, name === "JAX, same flags");
  }
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

async function mixedPrecision(own: Peer): Promise<void> {
  const mixed = await ours(["backend={use: xla, precision: mixed}"]);
  const of = "ours, float32";
  for (const work of ["train", "sample"] as const) {
    rows.push({ what: `${work} in mixed precision`, ...await byRounds(mixed!, own, work, rounds), unit: "s", of });
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
