/** What is interrupted: commands on a small recipe, and what they come to where nothing disturbs them. */
import { join } from "node:path";
import { encodePng } from "../../../lib/image/mod.ts";
import { readCheckpoint } from "../../../pipeline/run/checkpoint.ts";
import { hubFiles } from "../../../plugins/dataset/shared/testing_archives.ts";
import { pluginForTests } from "../../../lib/xla/testing.ts";
import { command } from "./process.ts";

/** A command that can be tried. */
export interface CommandCase {
  readonly name: string;
  /** Its words; what it writes goes below `folder`. */
  args(folder: string): readonly string[];
  /** What it comes to, as text; compared with that of an undisturbed one. */
  result(folder: string): Promise<string>;
  /** Milliseconds that it takes undisturbed. */
  took: number;
  /** What it comes to undisturbed. */
  undisturbed: string;
  /** Whether it says how to continue. */
  readonly resumes: boolean;
}

/** Where they are tried. */
export interface Workplace extends AsyncDisposable {
  readonly attempts: readonly CommandCase[];
  /** A cache in which nothing is decoded, downloaded or compiled. */
  emptyCache(): Promise<string>;
  /** A cache that has all. */
  readonly cache: string;
}

const recipe = (data: string) => `
name: tried
seed: 3
dataset: ${data}
network: { use: residual-unet, widths: [4, 8], block_depth: 1, embedding_dims: 4, max_frequency: 10 }
samplers: { preview: { use: ddim, steps: 4, stochasticity: 0.5 } }
metrics: [{ use: validation-error, every: 2 epochs }]
train: { steps: 40, checkpoint: 7 steps, keep: { last: 2, best: noise }, samples: { every: 2 epochs, rows: 1, columns: 2 } }
`;

/** Makes the pictures, the recipes and a trained run, and tries every command undisturbed. */
export async function makePlace(folder: string, signal: AbortSignal): Promise<Workplace> {
  const noise = (size: number, of: number) => {
    let state = of * 7919 + 1;
    return {
      width: size,
      height: size,
      data: new Uint8Array(size * size * 3).map(() => (state = (state * 48271) % 2147483647) >> 8),
    };
  };
  await Deno.mkdir(join(folder, "pictures"));
  for (let i = 0; i < 60; i++) {
    await Deno.writeFile(join(folder, "pictures", `p${i}.png`), await encodePng(noise(300, i)));
  }
  const content = await hubFiles("huggan/pokemon", Array.from({ length: 24 }, (_, i) => noise(150, i)));
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const bytes = content[new URL(request.url).pathname] as Uint8Array<ArrayBuffer> | undefined;
    if (bytes === undefined) return new Response(null, { status: 404 });
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.get("range") ?? "")?.[1] ?? 0);
    const headers: Record<string, string> = { "content-length": String(bytes.length - from) };
    if (from > 0) headers["content-range"] = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
    return new Response(slowly(bytes.subarray(from)), { status: from > 0 ? 206 : 200, headers });
  });
  const local = join(folder, "local.yaml");
  const data = `{ use: image-folder, folder: ${
    JSON.stringify(join(folder, "pictures"))
  }, image_size: 8, batch_size: 16 }`;
  await Deno.writeTextFile(local, recipe(data));
  const remote = join(folder, "remote.yaml");
  const hub = `http://127.0.0.1:${server.addr.port}`;
  await Deno.writeTextFile(
    remote,
    recipe(`{ use: pokemon, hub: "${hub}", image_size: 8, batch_size: 8 }`).replace("steps: 40", "steps: 4"),
  );

  const cache = join(folder, "cache");
  const trained = join(folder, "trained");
  const run = (name: string, file: string, backend: string): CommandCase =>
    attempt(name, (at) => ["run", file, `backend=${backend}`, "--runs", at], async (at) => {
      return await trainedBits(join(at, "tried", "checkpoints"));
    }, true);
  const on = (name: string, ...args: string[]) => attempt(name, (at) => [...args, join(at, "out")], namesBelow);
  const plugin = pluginForTests();
  const attempts = [
    run("run on wasm", local, "wasm"),
    ...(plugin === undefined ? [] : [run("run on xla", local, `{ use: xla, plugin: ${JSON.stringify(plugin)} }`)]),
    run("run with a download", remote, "cpu"),
    attempt(
      "sweep",
      (at) => ["sweep", local, "backend=cpu", "train.steps=8", "schedule=cosine,linear", "--runs", at],
      async (at) => {
        const { cells } = JSON.parse(await Deno.readTextFile(join(at, "tried-sweep", "sweep.json")));
        return JSON.stringify(
          (cells as { point: unknown; metrics: unknown }[]).map(({ point, metrics }) => [point, metrics]),
        );
      },
      true,
    ),
    on("sample", "sample", join(trained, "tried"), "backend=cpu", "--count", "24", "--steps", "30", "--out"),
    on("evaluate", "evaluate", join(trained, "tried"), "backend=cpu", "--out"),
    on("picture", "picture", "steps", join(trained, "tried"), "backend=cpu", "--out"),
    on("export", "export", join(trained, "tried"), "--out"),
    on("graph", "graph", local, "--out"),
    attempt("plugins", () => ["plugins"], () => Promise.resolve("")),
    attempt("validate", () => ["validate", local], () => Promise.resolve("")),
  ];
  // Files say by their endings what they are.
  const endings: Record<string, string> = { evaluate: ".json", picture: ".png", export: ".safetensors", graph: ".svg" };
  const tried = attempts.map((one) => {
    const ending = endings[one.name];
    if (ending === undefined) return one;
    return {
      ...one,
      args: (at: string) => one.args(at).map((word) => word === join(at, "out") ? word + ending : word),
    };
  });

  const prepared = await command(["run", local, "backend=cpu", "--runs", trained], cache);
  if (prepared.code !== 0) throw new Error(`Cannot train what is interrupted: ${prepared.out}${prepared.err}`);
  for (const one of tried) {
    signal.throwIfAborted();
    const at = await Deno.makeTempDir({ dir: folder });
    const { code, took, out, err } = await command(one.args(at), cache);
    if (code !== 0) throw new Error(`Cannot try ${one.name} undisturbed: ${out}${err}`);
    one.took = took;
    one.undisturbed = await one.result(at);
  }
  return {
    attempts: tried,
    cache,
    emptyCache: () => Deno.makeTempDir({ dir: folder }),
    async [Symbol.asyncDispose]() {
      await server.shutdown();
    },
  };
}

function attempt(
  name: string,
  args: CommandCase["args"],
  result: CommandCase["result"],
  resumes = false,
): CommandCase {
  return { name, args, result, took: 0, undisturbed: "", resumes };
}

/** Some 200 kB a second. */
function slowly(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      controller.enqueue(bytes.slice(at, at += 10_000));
      if (at >= bytes.length) controller.close();
    },
  });
}

/** Digits of all that the newest checkpoint holds, but for the time that it took. */
async function trainedBits(folder: string): Promise<string> {
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => name.startsWith("step-")).sort();
  const { tensors, position: { seconds: _, ...position } } = await readCheckpoint(join(folder, names.at(-1)!));
  const bytes = Object.entries(tensors).map(([path, { data }]) =>
    `${path} ${new Uint8Array(data.buffer, data.byteOffset, data.byteLength).toHex()}`
  );
  const text = new TextEncoder().encode(JSON.stringify([names.at(-1), position, bytes]));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", text)).toHex();
}

/** Names of all files below a folder, sorted. */
function namesBelow(folder: string): Promise<string> {
  const walk = (path: string, prefix: string): string[] =>
    [...Deno.readDirSync(path)].flatMap(({ name, isDirectory }) =>
      isDirectory ? walk(join(path, name), `${prefix}${name}/`) : [prefix + name]
    );
  return Promise.resolve(walk(folder, "").sort().join("\n"));
}
