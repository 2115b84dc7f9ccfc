/** What XLA is asked for, on each platform and by each choice. */
import assert from "node:assert/strict";
import { type Client, type CompileOptions, PjrtError } from "../pjrt/mod.ts";
import { type Flags, knownFlags, supportedFlags } from "./flags.ts";
import { tuningFlags } from "./tuning.ts";

/** A compiler of a platform that knows some flags, or fails in a way of its own. */
function compiler(platform: string, knows: (flag: string) => boolean, fails?: (text: string) => Error | undefined) {
  const asked: Flags[] = [];
  const compile = (text: string, { flags = {} }: CompileOptions = {}) => {
    asked.push({ ...flags });
    const failure = fails?.(text);
    if (failure !== undefined) return Promise.reject(failure);
    const unknown = Object.keys(flags).find((flag) => !knows(flag));
    if (unknown === undefined) {
      const optimizedProgram = () => ({ bytes: new Uint8Array(8), format: "hlo" });
      return Promise.resolve({ optimizedProgram, [Symbol.dispose]() {} });
    }
    // As both builds of version 0.115 say it.
    return Promise.reject(new PjrtError("PJRT_Client_Compile", 3, `No such compile option: '${unknown}'`));
  };
  return { client: { platform, compile } as unknown as Client, asked };
}
const all = () => true;

Deno.test("a GPU is tuned unless the same bits are asked for; then nothing is tried, and Triton makes no products", async () => {
  const { client } = compiler("cuda", all);
  for (const mixed of [false, true]) {
    assert.deepEqual(await supportedFlags(client, { mixed, deterministic: false }), {});
    assert.deepEqual(await supportedFlags(client, { mixed, deterministic: true }), {
      xla_gpu_deterministic_ops: true,
      xla_gpu_enable_triton_gemm: false,
    });
  }
});

Deno.test("a processor has the same flags either way: its bits are the same anyway", async () => {
  const { client } = compiler("cpu", all);
  const [tuned, same] = [
    await supportedFlags(client, { mixed: false, deterministic: false }),
    await supportedFlags(client, { mixed: false, deterministic: true }),
  ];
  assert.deepEqual(tuned, same);
  assert.ok(Object.keys(tuned).every((flag) => flag.startsWith("xla_cpu_")));
});

Deno.test("the same bits are refused where XLA has no flag for them, and where the build does not know it", async () => {
  for (const platform of ["rocm", "tpu"]) {
    const { client } = compiler(platform, all);
    assert.deepEqual(await supportedFlags(client, { mixed: false, deterministic: false }), {});
    await assert.rejects(
      supportedFlags(client, { mixed: false, deterministic: true }),
      new RegExp(`Cannot give the same bits each time on ${platform}: XLA has no flag for that on this platform`),
    );
  }
  const { client } = compiler("cuda", (flag) => flag !== "xla_gpu_deterministic_ops");
  await assert.rejects(
    supportedFlags(client, { mixed: false, deterministic: true }),
    /this build of XLA does not know "xla_gpu_deterministic_ops"/,
  );
  const older = compiler("cuda", (flag) => flag !== "xla_gpu_enable_triton_gemm");
  assert.deepEqual(await supportedFlags(older.client, { mixed: false, deterministic: true }), {
    xla_gpu_deterministic_ops: true,
  });
});

Deno.test("a flag that a build does not know is left out; any other failure is said, and not taken for that", async () => {
  const { client, asked } = compiler("cuda", (flag) => flag !== "xla_b");
  assert.deepEqual(await knownFlags(client, { xla_a: true, xla_b: 1, xla_c: "text" }), { xla_a: true, xla_c: "text" });
  assert.deepEqual(asked, [{ xla_a: true }, { xla_b: 1 }, { xla_c: "text" }]);
  const failures = [
    new PjrtError("PJRT_Client_Compile", 13, "the driver is older than this library"),
    new PjrtError("PJRT_Client_Compile", 8, "no memory is left"),
    new PjrtError("PJRT_Client_Compile", 3, "While setting option xla_a, 'text' is not a valid bool value."),
    new TypeError("No such compile option: 'xla_a'"),
  ];
  for (const failure of failures) {
    const failing = compiler("cuda", all, () => failure);
    await assert.rejects(knownFlags(failing.client, { xla_a: true }), (error) => error === failure);
  }
});

Deno.test("what a GPU's kernels were chosen by is kept in a folder of its own for each build", async () => {
  const folder = await Deno.makeTempDir();
  const { client } = compiler("cuda", all);
  const key = "xla_gpu_per_fusion_autotune_cache_dir";
  const [one, again, other] = [
    await tuningFlags(client, folder, "driver 1"),
    await tuningFlags(client, folder, "driver 1"),
    await tuningFlags(client, folder, "driver 2"),
  ];
  assert.equal(one[key], again[key], "the next start finds them");
  assert.notEqual(one[key], other[key], "another build chooses anew");
  for (const flags of [one, other]) assert.ok(Deno.statSync(flags[key] as string).isDirectory, "XLA makes no folder");
  assert.deepEqual(await tuningFlags(compiler("cpu", all).client, folder, "driver 1"), {});
  assert.deepEqual(await tuningFlags(compiler("cuda", () => false).client, folder, "driver 1"), {});
  const file = await Deno.makeTempFile();
  assert.deepEqual(await tuningFlags(client, file, "driver 1"), {}, "where no folder can be made, XLA is told of none");
  await Deno.remove(folder, { recursive: true });
  await Deno.remove(file);
});
