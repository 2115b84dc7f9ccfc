/** The binding against a real plugin: programs, donation, errors, devices, memory. */
import assert from "node:assert/strict";
import { checkVersion } from "./api.ts";
import { layout, type StructName } from "./layout.ts";
import { loadPlugin, PjrtError } from "./mod.ts";
import { cpuPluginForTests } from "../testing.ts";
import { structs } from "./structs.ts";

const path = cpuPluginForTests();
const ignore = path === undefined;
const header = Deno.env.get("DENOISE_PJRT_HEADER");
if (header === undefined) console.warn("skipped: structs against pjrt_c_api.h, which DENOISE_PJRT_HEADER would name");

const add = `module { func.func public @main(%a: tensor<4xf32> {tf.aliasing_output = 0 : i32}, %b: tensor<4xf32>)
  -> tensor<4xf32> { %0 = stablehlo.add %a, %b : tensor<4xf32>
  return %0 : tensor<4xf32> } }`;
const floats = (bytes: Uint8Array<ArrayBuffer>) => [...new Float32Array(bytes.slice().buffer)];

Deno.test("structs have the sizes of the C header", () => {
  const known: Partial<Record<StructName, number>> = {
    PJRT_Error_Message_Args: 40,
    PJRT_Error_GetCode_Args: 28,
    PJRT_NamedValue: 56,
    PJRT_Client_Create_Args: 88,
    PJRT_Client_Compile_Args: 56,
    PJRT_Client_BufferFromHostBuffer_Args: 120,
    PJRT_LoadedExecutable_Execute_Args: 80,
    PJRT_Buffer_ToHostBuffer_Args: 56,
  };
  for (const [name, size] of Object.entries(known)) assert.equal(layout(name as StructName).size, size, name);
});

Deno.test({
  name: "each struct ends with the field that the header says is its last",
  ignore: header === undefined,
  fn() {
    const text = Deno.readTextFileSync(header!);
    for (const [name, fields] of Object.entries(structs)) {
      const last = new RegExp(`PJRT_DEFINE_STRUCT_TRAITS\\(${name},\\s*(\\w+)\\)`).exec(text)?.[1];
      assert.equal(Object.keys(fields).at(-1) ?? "extension_start", last, name);
    }
  },
});

Deno.test("plugins of another major version, or an older minor, are refused with a sentence", () => {
  assert.throws(() => checkVersion({ major: 1, minor: 0 }, "p.so"), /"p.so": it speaks version 1.0 .*0.81 and newer/);
  assert.throws(() => checkVersion({ major: 0, minor: 80 }, "p.so"), /install a plugin of such a version/);
});

Deno.test("a file that is not a plugin is refused with its name", () => {
  assert.throws(() => loadPlugin("/nowhere/plugin.so"), /Cannot load the PJRT plugin "\/nowhere\/plugin.so"/);
});

Deno.test({
  name: "a program runs, donation consumes its argument, and errors say code and reason",
  ignore,
  async fn() {
    using client = loadPlugin(path!).createClient({ cpu_device_count: 1 });
    assert.equal(client.platform, "cpu");
    using program = await client.compile(add);
    const a = client.upload(Float32Array.of(1, 2, 3, 4), [4], "f32");
    using b = client.upload(Float32Array.of(10, 20, 30, 40), [4], "f32");
    const [[sum]] = program.execute([[a, b]], [0]) as [[typeof a]];
    assert.deepEqual(floats(await sum.read()), [11, 22, 33, 44]);
    assert.deepEqual(floats(sum.readSync()), [11, 22, 33, 44]);
    assert.ok(a.isDisposed && !b.isDisposed);
    assert.throws(() => a.handle, /Cannot use a buffer of f32\[4\]: it is freed, or was donated/);
    sum[Symbol.dispose]();
    await assert.rejects(
      client.compile("module { nonsense }"),
      (error) => error instanceof PjrtError && error.code === "UNKNOWN" && error.message.includes("nonsense"),
    );
    await assert.rejects(client.compile(add, { flags: { xla_no_such_flag: true } }), /xla_no_such_flag/);
    assert.throws(() => client.upload(new Float32Array(3), [4], "f32"), /12 bytes as f32\[4\]: exactly 16/);
  },
});

Deno.test({
  name: "saved programs load and give the same",
  ignore,
  async fn() {
    using client = loadPlugin(path!).createClient({ cpu_device_count: 1 });
    using program = await client.compile(add.replace("{tf.aliasing_output = 0 : i32}", ""));
    using loaded = await client.load(program.serialize());
    using a = client.upload(Float32Array.of(1, 2, 3, 4), [4], "f32");
    const [[sum]] = loaded.execute([[a, a]]) as [[typeof a]];
    assert.deepEqual(floats(await sum.read()), [2, 4, 6, 8]);
    sum[Symbol.dispose]();
    assert.ok(program.optimizedProgram().bytes.length > 0);
  },
});

Deno.test({
  name: "one program is split over four devices, with an all-reduce",
  ignore,
  async fn() {
    using client = loadPlugin(path!).createClient({ cpu_device_count: 4 });
    using program = await client.compile(
      `module @m attributes {mhlo.num_partitions = 4 : i32, mhlo.num_replicas = 1 : i32} {
      func.func public @main(%x: tensor<8x2xf32> {mhlo.sharding = "{devices=[4,1]<=[4]}"})
        -> (tensor<2xf32> {mhlo.sharding = "{replicated}"}) {
        %c = stablehlo.constant dense<0.0> : tensor<f32>
        %1 = stablehlo.reduce(%x init: %c) applies stablehlo.add across dimensions = [0] : (tensor<8x2xf32>, tensor<f32>) -> tensor<2xf32>
        return %1 : tensor<2xf32> } }`,
      { partitions: 4 },
    );
    const shards = client.devices.map((device, i) =>
      client.upload(Float32Array.from({ length: 4 }, (_, j) => 4 * i + j), [2, 2], "f32", device)
    );
    const { outputs: results, done } = program.start(shards.map((shard) => [shard]));
    await done;
    for (const [sum] of results) assert.deepEqual(floats(await sum!.read()), [56, 64]);
    assert.match(new TextDecoder("latin1").decode(program.optimizedProgram().bytes), /all-reduce/);
    for (const buffer of [...shards, ...results.flat()]) buffer[Symbol.dispose]();
  },
});

Deno.test({
  name: "10,000 steps take no more memory than the first thousand",
  ignore,
  async fn() {
    using client = loadPlugin(path!).createClient({ cpu_device_count: 1 });
    using program = await client.compile(add);
    let a = client.upload(new Float32Array(4), [4], "f32");
    using one = client.upload(Float32Array.of(1, 1, 1, 1), [4], "f32");
    let before = 0;
    for (let i = 1; i <= 10_000; i++) {
      a = program.execute([[a, one]], [0])[0]![0]!;
      if (i % 100 === 0) await a.ready();
      if (i === 1000) before = Deno.memoryUsage().rss;
    }
    assert.deepEqual(floats(a.readSync()), [1e4, 1e4, 1e4, 1e4]);
    a[Symbol.dispose]();
    assert.ok(Deno.memoryUsage().rss - before < 64e6, `${Deno.memoryUsage().rss - before} bytes more`);
  },
});
