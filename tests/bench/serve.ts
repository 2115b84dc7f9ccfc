/**
 * Measures a model that stays loaded, and the same over HTTP, beside the network alone: `deno task bench:serve RUN`.
 *
 * The network alone is the sampler's compiled loop and nothing else: no noise, no pixels, no bytes on the host. It and
 * what is compared with it take turns in the same process, and a ratio is the median over the turns. Over HTTP, the
 * server and its clients are processes of their own, on the same machine; everything is on loopback.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { fileURLToPath } from "node:url";
import { disposeTree, seedTensor } from "../../lib/tensor/mod.ts";
import { builtins, loadModel } from "../../mod.ts";
import { initialNoise } from "../../pipeline/programs/noise.ts";
import { repeatOn } from "../../pipeline/programs/repeat.ts";
import { buildSamplerStep, type LoopState } from "../../pipeline/programs/sampler_step.ts";
import { loadModel as load } from "../../pipeline/run/load.ts";
import { silentConsole } from "../../pipeline/terminal/silent.ts";
import { alignedRows } from "../../pipeline/terminal/rows.ts";
import { benchCommand, positive } from "./options.ts";
import { loadOn } from "./serve_load.ts";

const options = benchCommand("bench:serve", "Measure a loaded model and a server beside the network alone")
  .argument("[run]", "a run folder or a checkpoint", "runs/quickstart")
  .option("--calls <n>", "calls of one picture each, for memory", positive, 1000)
  .option("--rounds <n>", "turns of each side", positive, 60)
  .option("--seconds <n>", "seconds of load at each number of clients", positive, 8);
options.parse([...Deno.args], { from: "user" });
const { calls, rounds, seconds } = options.opts<{ calls: number; rounds: number; seconds: number }>();
const run = options.processedArgs[0] as string;

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;
const timed = async (work: () => Promise<unknown>) => {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
};

const model = await loadModel(run);
console.log(`${run}: ${model.samplers[0]!.steps} steps of ${model.samplers[0]!.plugin}, ${model.backend}`);

/** The sampler's loop for a batch, as a function that runs it and tells its seconds until the last image is computed. */
async function networkAlone(size: number): Promise<() => Promise<number>> {
  const { session: { graph, backend, statistics }, average } = await load(run, { plugins: builtins }, silentConsole);
  const stage = graph.all("sampler")[0]!;
  const rows = stage.stage.plan().map((row) => [...row]);
  const inputs = { row: tf.tensor2d(rows, undefined, "float32"), step: tf.range(0, rows.length, 1, "int32") };
  const keys = { seed: seedTensor(0), item: tf.range(0, size, 1, "int32") };
  const { height, width, channels } = graph.image;
  const start = backend.compile((given: typeof keys): LoopState => {
    const noise = initialNoise(given, [height, width, channels]);
    return { state: stage.stage.init(noise), signal: tf.zerosLike(noise), step: tf.scalar(-1, "int32") };
  }, { name: "start" });
  const loop = repeatOn(backend, buildSamplerStep(graph, stage), { name: "loop" });
  const once = async () => {
    const ready = await start(keys);
    await ready.signal.data();
    const begun = performance.now();
    const last = await loop(ready, [0, rows.length], inputs, { average }, statistics, keys);
    await last.step.data();
    const taken = (performance.now() - begun) / 1000;
    disposeTree(last);
    return taken;
  };
  await once(); // compiles
  return once;
}

// One picture, in turns.
const bare = await networkAlone(1);
const one = (seed: number) => timed(async () => await Array.fromAsync(model.generate({ seed })));
for (let i = 0; i < 5; i++) await one(i);
const turns: { network: number; picture: number }[] = [];
for (let round = 0; round < rounds; round++) turns.push({ network: await bare(), picture: await one(round) });
const ratio = median(turns.map(({ network, picture }) => picture / network));
const milliseconds = (of: readonly number[]) => `${(1000 * median(of)).toFixed(1)} ms`;
console.log(
  `one picture  ${milliseconds(turns.map(({ picture }) => picture))}, the network alone ` +
    `${milliseconds(turns.map(({ network }) => network))}: ratio ${ratio.toFixed(2)}`,
);

// Memory over many calls.
const memory = [100, 500, 1000, 5000].filter((call) => call <= calls);
const tensors = tf.memory().numTensors;
const resident: string[] = [];
for (let call = 1; call <= calls; call++) {
  await one(call);
  if (memory.includes(call)) resident.push(`${Math.round(Deno.memoryUsage().rss / 1e6)} MB after ${call}`);
}
console.log(`memory       ${resident.join(", ")} calls; ${tf.memory().numTensors - tensors} tensors more than before`);

// Over HTTP.
const largest = Math.min(16, model.batch);
const whole = await networkAlone(largest);
const batches: number[] = [];
for (let i = 0; i < 8; i++) batches.push(await whole());
console.log(`batch of ${largest}  ${milliseconds(batches)} by the network alone`);
await model[Symbol.asyncDispose]();

const server = new Deno.Command(Deno.execPath(), {
  args: ["run", "--quiet", "-A", "--config", path("../../deno.json"), path("../../cli.ts")]
    .concat("serve", run, "--port", "0", "--warm", "--batch", String(largest)),
  stdout: "piped",
}).spawn();
const table = [["clients", "requests a second", "by the network alone", "ratio", "p50", "p99"]];
try {
  const url = await addressOf(server.stdout);
  for (const clients of [1, 8, 32]) {
    const { perSecond, p50, p99 } = await loadOn(url, clients, seconds);
    const size = Math.min(clients, largest);
    const network = size === 1 ? 1 / median(turns.map(({ network }) => network)) : largest / median(batches);
    const shown = [perSecond.toFixed(1), network.toFixed(1), (perSecond / network).toFixed(2)];
    table.push([String(clients), ...shown, `${(1000 * p50).toFixed(0)} ms`, `${(1000 * p99).toFixed(0)} ms`]);
  }
} finally {
  server.kill("SIGTERM");
  await server.status;
}
console.log(alignedRows(table, ["right", "right", "right", "right", "right", "right"]).join("\n"));
Deno.exit(0);

function path(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}

/** Where a server says that it listens; what it says later is read and left. */
async function addressOf(output: ReadableStream<Uint8Array>): Promise<string> {
  const found = Promise.withResolvers<string>();
  void (async () => {
    let text = "";
    for await (const part of output.pipeThrough(new TextDecoderStream())) {
      text += part;
      const [url] = /http:\/\/\S+\//.exec(text) ?? [];
      if (url !== undefined) found.resolve(url);
    }
    found.reject(new Error(`The server ended: ${text}`));
  })();
  return await found.promise;
}
