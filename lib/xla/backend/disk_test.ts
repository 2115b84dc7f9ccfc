/** Programs on disk: the second start does not compile; what is damaged or made otherwise is not used. */
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { join } from "node:path";
import { type Executable, PjrtError } from "../pjrt/mod.ts";
import { ProgramCache } from "./disk.ts";
import { createLocked } from "../writer.ts";
import { XlaEngine, type XlaOptions } from "./engine.ts";
import { pluginForTests } from "../testing.ts";

const plugin = pluginForTests();
const ignore = plugin === undefined;

/** A program that takes longer to compile than what is not worth saving, and one that is run op by op. */
async function start(cache: string, options: Partial<XlaOptions> = {}) {
  const engine = new XlaEngine({ plugin: plugin!, cache, deterministic: true, ...options });
  await engine.start();
  const convolve = (x: tf.Tensor) => {
    let y = x as tf.Tensor4D;
    for (let i = 0; i < 6; i++) y = tf.tanh(tf.conv2d(y, tf.fill([3, 3, 4, 4], 0.01 * (i + 1)), 1, "same"));
    return tf.mean(tf.softmax(tf.erf(y)));
  };
  const x = tf.tensor4d(Float32Array.from({ length: 256 }, (_, i) => Math.sin(i)), [1, 8, 8, 4]);
  const [whole, lazy] = [await engine.compile(convolve, { name: "convolve" })(x), tf.tidy(() => convolve(tf.neg(x)))];
  const values = [...await whole.data(), ...lazy.dataSync()];
  tf.dispose([x, whole, lazy]);
  const counts = { ...engine.device.counts };
  await engine.stop();
  return { values, counts };
}

const files = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => join(folder, name)).sort();

Deno.test({
  name: "a second start compiles nothing; other flags do; a damaged program is compiled again",
  ignore,
  async fn() {
    const folder = await Deno.makeTempDir();
    const first = await start(folder);
    assert.deepEqual(first.counts, { compiled: 2, loaded: 0 });
    assert.equal(files(folder).length, 2);
    const second = await start(folder);
    assert.deepEqual(second, { values: first.values, counts: { compiled: 0, loaded: 2 } });

    const flagged = await start(folder, { flags: { xla_cpu_enable_fast_math: false } });
    assert.deepEqual(flagged.counts, { compiled: 2, loaded: 0 });
    assert.equal(files(folder).length, 4);

    // What XLA takes from its environment changes programs, too.
    const before = Deno.env.get("XLA_FLAGS");
    Deno.env.set("XLA_FLAGS", `${before ?? ""} --xla_cpu_enable_fast_math=false`);
    assert.deepEqual((await start(folder)).counts, { compiled: 2, loaded: 0 });
    before === undefined ? Deno.env.delete("XLA_FLAGS") : Deno.env.set("XLA_FLAGS", before);

    for (const file of files(folder)) {
      const bytes = await Deno.readFile(file);
      bytes[Math.floor(bytes.length / 2)]! ^= 1;
      await Deno.writeFile(file, bytes);
    }
    assert.deepEqual(await start(folder), first, "compiled again, with the same result");
    assert.deepEqual((await start(folder)).counts, { compiled: 0, loaded: 2 }, "and saved again");
    await Deno.writeFile(files(folder)[0]!, new Uint8Array()); // cut off at the first byte
    assert.equal((await start(folder)).values.length, first.values.length);
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test({
  name: "what begins to compile is told by name, and that it ended; what is on disk is not",
  ignore,
  async fn() {
    const folder = await Deno.makeTempDir();
    const told: string[] = [];
    const compiling = (name: string) => {
      told.push(`begun ${name}`);
      return () => void told.push(`ended ${name}`);
    };
    await start(folder, { compiling });
    assert.deepEqual(told, ["begun convolve", "ended convolve"]);
    await start(folder, { compiling });
    assert.equal(told.length, 2, "the second start compiles nothing");
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test("a folder of programs is bounded: those not used for longest go", async () => {
  const folder = await Deno.makeTempDir();
  const cache = new ProgramCache(folder, "build", { limit: 3500 });
  const program = (byte: number) => ({ serialize: () => new Uint8Array(1000).fill(byte) }) as unknown as Executable;
  for (const [i, text] of ["a", "b", "c"].entries()) {
    cache.save(text, 1, program(i));
    const newest = files(folder).map((path) => ({ path, time: Deno.statSync(path).mtime! }))
      .sort((a, b) => Number(b.time) - Number(a.time))[0]!;
    await Deno.utime(newest.path, i + 1, i + 1); // seconds since 1970: long ago, in this order
  }
  assert.equal(cache.find("a", 1)?.[999], 0, "used just now");
  const [left, under] = ["left.part", "under-way.part"].map((name) => join(folder, name)) as [string, string];
  await Deno.writeFile(left, new Uint8Array(9000));
  using _alive = createLocked(under);
  cache.save("d", 1, program(3));
  assert.deepEqual(["a", "b", "c", "d"].map((text) => cache.find(text, 1)?.[0]), [0, undefined, 2, 3]);
  assert.deepEqual(files(folder).filter((path) => path.endsWith(".part")), [under], "left by a killed writer");
  assert.equal(cache.find("a", 4), undefined, "a program for other devices is another");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a program that is cut off, changed, or another's is not found", async () => {
  const folder = await Deno.makeTempDir();
  const cache = new ProgramCache(folder, "build");
  const bytes = Uint8Array.from({ length: 300 }, (_, i) => i * 7);
  const program = { serialize: () => bytes } as unknown as Executable;
  cache.save("a", 1, program);
  const [path] = files(folder) as [string];
  const whole = await Deno.readFile(path);
  assert.deepEqual([...cache.find("a", 1)!], [...bytes]);
  for (let length = 0; length < whole.length; length++) {
    await Deno.writeFile(path, whole.subarray(0, length));
    assert.equal(cache.find("a", 1), undefined, `cut off at ${length}`);
    await Deno.writeFile(path, whole.with(length, whole[length]! ^ 1 << length % 8));
    assert.equal(cache.find("a", 1), undefined, `changed at ${length}`);
  }
  await Deno.writeFile(path, Uint8Array.of(...whole, 0));
  assert.equal(cache.find("a", 1), undefined, "longer than it was");
  await Deno.writeFile(path, whole);
  assert.ok(cache.find("a", 1) !== undefined, "put back");
  cache.save("b", 1, program);
  const other = files(folder).find((each) => each !== path)!;
  await Deno.copyFile(path, other);
  assert.equal(cache.find("b", 1), undefined, "the program of another text");
  assert.equal(new ProgramCache(folder, "another build").find("a", 1), undefined);
  await Deno.remove(path);
  await Deno.mkdir(path);
  assert.equal(cache.find("a", 1), undefined, "a folder of that name");
  cache.save("a", 1, program);
  assert.deepEqual(files(folder).filter((each) => each.endsWith(".part")), []);
  await Deno.remove(folder, { recursive: true });
});

Deno.test({
  name: "processes that start at once share a folder of programs, and get the same from it",
  ignore,
  async fn() {
    const folder = await Deno.makeTempDir();
    const source = `import * as tf from "@tensorflow/tfjs";
      import { XlaEngine } from ${JSON.stringify(new URL("./engine.ts", import.meta.url).href)};
      const engine = new XlaEngine({ plugin: ${JSON.stringify(plugin)}, cache: ${
      JSON.stringify(folder)
    }, deterministic: true });
      await engine.start();
      const run = engine.compile((x) => {
        for (let i = 0; i < 8; i++) x = tf.tanh(tf.matMul(x, x));
        return tf.mean(tf.softmax(x));
      }, { name: "product" });
      console.log((await run(tf.fill([64, 64], 0.1))).dataSync()[0]);`;
    const one = () =>
      new Deno.Command(Deno.execPath(), { args: ["eval", "--quiet", "--no-check", source], cwd: import.meta.dirname! })
        .output();
    const ended = await Promise.all([one(), one(), one()]);
    const said = ended.map(({ stdout, stderr }) =>
      new TextDecoder().decode(stdout) || new TextDecoder().decode(stderr)
    );
    assert.ok(ended.every(({ success }) => success), said.join("\n"));
    assert.equal(new Set(said).size, 1, said.join("\n"));
    assert.ok(files(folder).length > 0 && files(folder).every((path) => path.endsWith(".xla")));
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test("a folder that cannot be written to does not stop the program, and is told of once", async () => {
  const file = await Deno.makeTempFile();
  const lost: string[] = [];
  const cache = new ProgramCache(file, "build", { lost: (message) => lost.push(message) });
  for (const text of ["a", "b"]) {
    cache.save(text, 1, { serialize: () => new Uint8Array(1) } as unknown as Executable);
    assert.equal(cache.find(text, 1), undefined);
  }
  assert.equal(lost.length, 1);
  assert.match(lost[0]!, /^Cannot keep compiled programs in ".*": .*\. The next start compiles them again$/);
  await Deno.remove(file);
});

Deno.test("a plugin that saves no programs is asked once, and nothing is said of it", async () => {
  const folder = await Deno.makeTempDir();
  const lost: string[] = [];
  const cache = new ProgramCache(folder, "build", { lost: (message) => lost.push(message) });
  let asked = 0;
  const program = {
    serialize() {
      asked++;
      throw new PjrtError("PJRT_Executable_Serialize", 12, "Serialize not implemented");
    },
  } as unknown as Executable;
  cache.save("a", 1, program);
  cache.save("b", 1, program);
  assert.deepEqual([asked, lost, files(folder)], [1, [], []]);
  await Deno.remove(folder, { recursive: true });
});

/** Reads a program, and saves another, where Deno permits no writing; prints what was found and said. */
const reader = (folder: string) => `
  import { ProgramCache } from ${JSON.stringify(new URL("./disk.ts", import.meta.url).href)};
  const cache = new ProgramCache(${JSON.stringify(folder)}, "build", { lost: (message) => console.log(message) });
  console.log([...cache.find("a", 1) ?? []].join());
  cache.save("b", 1, { serialize: () => new Uint8Array(3) });
  console.log(cache.find("b", 1) === undefined);`;

/** What a program prints that this one runs by a command. */
async function printed(command: string, args: readonly string[]): Promise<{ code: number; lines: string[] }> {
  const { code, stdout, stderr } = await new Deno.Command(command, { args: [...args], stderr: "piped" }).output();
  const text = new TextDecoder().decode(stdout) || new TextDecoder().decode(stderr);
  return { code, lines: text.trim().split("\n") };
}

Deno.test("programs in a folder that is only read are used; that no other is kept is said", async () => {
  const folder = await Deno.makeTempDir();
  new ProgramCache(folder, "build").save("a", 1, { serialize: () => Uint8Array.of(4, 5, 6) } as unknown as Executable);
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, reader(folder));
  const config = new URL("../../../deno.json", import.meta.url).pathname;
  const run = ["run", "--quiet", "--no-check", "--config", config, "--allow-read", "--allow-env", file];
  const said = (reason: string) => [
    "4,5,6",
    `Cannot keep compiled programs in "${folder}": ${reason}. The next start compiles them again`,
    "true",
  ];
  assert.deepEqual((await printed(Deno.execPath(), run)).lines, said("Deno does not permit it"));

  // A disk that is read-only, for root too: in a name space of its own, where the system has such.
  const quoted = (words: readonly string[]) => words.map((word) => `'${word}'`).join(" ");
  const mounted = `mount --bind '${folder}' '${folder}' && mount -o remount,bind,ro '${folder}' || exit 77`;
  const all = [Deno.execPath(), ...run.toSpliced(-1, 0, "--allow-write")];
  const { code, lines } = await printed("unshare", ["-rm", "sh", "-c", `${mounted}; exec ${quoted(all)}`])
    .catch(() => ({ code: 77, lines: [] }));
  if (code !== 0 && lines[0] !== "4,5,6") {
    console.log("a read-only disk is not tried: unshare and mount do not work here");
  } else assert.deepEqual(lines, said("the disk is read-only"));
  await Deno.remove(file);
  await Deno.remove(folder, { recursive: true });
});
