/** Tests of compiling for GPUs that are not here. Skipped where the compiler is not installed: no GPU is needed. */
import assert from "node:assert/strict";
import { AheadCompiler } from "./compiler.ts";
import { gpus } from "./gpus.ts";
import { compilerPlugin } from "./plugins.ts";

const missing = reasonToSkip();
if (missing !== undefined) console.log(`compiling for GPUs: skipped: ${missing}`);

function reasonToSkip(): string | undefined {
  try {
    compilerPlugin();
    return undefined;
  } catch (error) {
    const { message, help } = error as { message: string; help: string[] };
    return `${message}; ${help[0]}`;
  }
}

/** XLA's threads outlive a test. */
const test = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, fn, ignore: missing !== undefined, sanitizeResources: false, sanitizeOps: false });

/** A convolution of 8 pictures of 16×16 with 64 channels to 64, and its sum. */
const convolution = (type: string, precision = "DEFAULT") =>
  `module @m { func.func public @main(%x: tensor<8x16x16x64x${type}>, %k: tensor<3x3x64x64x${type}>) -> tensor<8x16x16x64x${type}> {
  %y = stablehlo.convolution(%x, %k) dim_numbers = [b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f], window = {pad = [[1, 1], [1, 1]]}
    {batch_group_count = 1 : i64, feature_group_count = 1 : i64, precision_config = [#stablehlo<precision ${precision}>, #stablehlo<precision ${precision}>]}
    : (tensor<8x16x16x64x${type}>, tensor<3x3x64x64x${type}>) -> tensor<8x16x16x64x${type}>
  return %y : tensor<8x16x16x64x${type}> } }`;
const flops = 2 * (8 * 16 * 16) * 64 * 3 * 3 * 64;

test("AheadCompiler compiles for every GPU that is described", async () => {
  for (const [name, gpu] of Object.entries(gpus)) {
    const report = await new AheadCompiler({ gpu, cache: null }).compile(convolution("f32"), "convolution");
    const type = gpu.capability[0] < 8 ? "float32" : "tf32";
    assert.deepEqual(report.work, [{ what: "convolution", library: "cuDNN", type, count: 1, flops }], name);
    const [x, k] = [4 * 8 * 16 * 16 * 64, 4 * 3 * 3 * 64 * 64];
    assert.equal(report.memory.arguments, x + k, name);
    assert.equal(report.memory.results, x, name);
    // The kernel is laid out anew first; before Hopper, XLA has channels before pixels, so the pictures are, too.
    const before = gpu.capability[0] < 9;
    assert.equal(report.copies, before ? 3 : 1, name);
    assert.equal(report.copiedBytes, 2 * k + (before ? 4 * x : 0), name);
    assert.ok(report.bytes >= 2 * x + k + report.copiedBytes, name);
    assert.equal(report.bytesSeconds, report.bytes / gpu.bandwidth);
    const [least, most] = [
      Math.max(report.bytesSeconds, report.flopsSeconds),
      report.bytesSeconds + report.flopsSeconds,
    ];
    assert.ok(report.seconds >= least * (1 - 1e-9) && report.seconds <= most * (1 + 1e-9), name);
  }
});

test("AheadCompiler tells the type that factors are multiplied in", async () => {
  const typeOf = async (text: string) =>
    (await new AheadCompiler({ gpu: gpus.h100, cache: null }).compile(text, "convolution")).work[0]!.type;
  assert.equal(await typeOf(convolution("f32")), "tf32");
  assert.equal(await typeOf(convolution("f32", "HIGHEST")), "float32");
  assert.equal(await typeOf(convolution("bf16")), "bfloat16");
});

test("AheadCompiler splits work over GPUs, and counts what they exchange", async () => {
  const text = `module @m attributes {mhlo.num_partitions = 2 : i32} {
  func.func public @main(%x: tensor<1024x64xf32> {mhlo.sharding = "{devices=[2,1]<=[2]}"}) -> (tensor<64xf32> {mhlo.sharding = "{replicated}"}) {
  %zero = stablehlo.constant dense<0.0> : tensor<f32>
  %y = stablehlo.reduce(%x init: %zero) applies stablehlo.add across dimensions = [0] : (tensor<1024x64xf32>, tensor<f32>) -> tensor<64xf32>
  return %y : tensor<64xf32> } }`;
  const compiler = new AheadCompiler({ gpu: gpus.h100, devices: 2, cache: null });
  const report = await compiler.compile(text, "sum", 2);
  assert.equal(report.collectives, 1);
  assert.equal(report.collectiveBytes, 2 * 4 * 64);
  assert.equal(report.memory.arguments, 4 * 512 * 64);
});

test("AheadCompiler keeps what it compiled, and tells the same of it", async () => {
  const cache = await Deno.makeTempDir();
  try {
    const begun: string[] = [];
    const compiler = () =>
      new AheadCompiler({ gpu: gpus.h100, cache, compiling: (name) => (begun.push(name), () => {}) });
    const first = await compiler().compile(convolution("f32"), "one");
    assert.deepEqual(await compiler().compile(convolution("f32"), "one"), first);
    assert.deepEqual(begun, ["one"]);
    await new AheadCompiler({ gpu: gpus.a100, cache, compiling: (name) => (begun.push(name), () => {}) })
      .compile(convolution("f32"), "of another GPU");
    assert.deepEqual(begun, ["one", "of another GPU"]);
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
});

test("AheadCompiler compiles where programs cannot be kept, and says so", async () => {
  const cache = await Deno.makeTempFile(), warnings: string[] = [];
  const compiler = new AheadCompiler({ gpu: gpus.h100, cache, warn: (message) => warnings.push(message) });
  await compiler.compile(convolution("f32"), "one");
  assert.match(warnings.join(), /^Cannot keep compiled programs in "[^"]+": .*\. The next start compiles them again$/);
  await Deno.remove(cache);
});

test("AheadCompiler passes on what the compiler says", async () => {
  const compiler = new AheadCompiler({ gpu: gpus.h100, cache: null, flags: { xla_no_such_flag: true } });
  await assert.rejects(
    compiler.compile(convolution("f32"), "convolution"),
    /^RuntimeError: Cannot compile the convolution for NVIDIA H100 80GB HBM3: .*xla_no_such_flag/,
  );
  await assert.rejects(
    new AheadCompiler({ gpu: gpus.h100, cache: null }).compile("module {", "broken"),
    /PJRT_Compile/,
  );
});
