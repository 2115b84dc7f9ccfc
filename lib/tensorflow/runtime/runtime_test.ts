/** Runtimes of TensorFlow: what is asked for by name, what is refused, what is found and chosen. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Hardware } from "../../xla/runtime/detect.ts";
import { RuntimeError } from "../../xla/runtime/error.ts";
import { removeRuntime, writeManifest } from "../../xla/runtime/installed.ts";
import { platform } from "../../xla/runtime/table.ts";
import { addTensorFlow } from "./add.ts";
import { buildAddon, findCompiler } from "./build.ts";
import { chooseInstallation, faultOfGpu, findInstallations, packageFolders } from "./find.ts";
import { digestOf } from "./sources.ts";
import { runtimes, type TensorFlowName } from "./table.ts";

const [cpuRow, gpuRow] = runtimes as [typeof runtimes[0], typeof runtimes[0]];

const machine = (accelerators: Hardware["accelerators"] = []): Hardware => ({
  cpu: { model: "A processor", cores: 2 },
  accelerators,
});
const nvidia = (cuda: number) =>
  machine([{ vendor: "nvidia", devices: ["Quick GPU"], driver: "1", cuda, how: "a test" }]);

/** A folder with files, and one of runtimes in it, with these in their place. */
async function place(names: readonly TensorFlowName[], files: readonly string[] = []) {
  const folder = await Deno.makeTempDir();
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), "");
  }
  const all = join(folder, "runtimes");
  mkdirSync(all);
  for (const name of names) {
    const inside = join(all, `${name}-${cpuRow.version}`);
    mkdirSync(inside);
    writeFileSync(join(inside, "a.node"), "x");
    const { version } = cpuRow;
    writeManifest(inside, { name, version, source: "tests", plugin: "a.node", files: { "a.node": 1 } });
  }
  return { folder, runtimes: all, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

Deno.test("runtimes pin each wheel by version, size and SHA-256", () => {
  assert.deepEqual(runtimes.map(({ name }) => name), ["tensorflow", "tensorflow-gpu"]);
  for (const { wheels } of runtimes) {
    for (const { name, version, size, sha256 } of wheels) {
      assert.match(`${name} ${version} ${size} ${sha256}`, /^[\w-]+ \d[\d.]* \d+ [0-9a-f]{64}$/);
    }
  }
  assert.ok(gpuRow.wheels.some(({ name }) => name === "nvidia-cudnn-cu12"), "CUDA's libraries are beside it");
});

Deno.test({
  name: "addTensorFlow() asks for what is missing by name before it fetches anything",
  ignore: platform() !== cpuRow.platform,
  async fn() {
    await using here = await place([]);
    const cases = [
      [{ pip: null, compiler: ["c++"] }, /there is no pip$/, [/apt install python3-pip/]],
      [{ pip: ["pip"], compiler: null }, /there is no C\+\+ compiler$/, [/apt install g\+\+/]],
      [{ pip: null, compiler: null }, /there is no pip and no C\+\+ compiler$/, [/pip/, /g\+\+/]],
    ] as const;
    for (const [options, message, help] of cases) {
      await assert.rejects(addTensorFlow(cpuRow, { folder: here.runtimes, ...options }), (error) => {
        assert.ok(error instanceof RuntimeError);
        assert.match(error.message, message);
        help.forEach((line, i) => assert.match(error.help[i]!, line));
        return true;
      });
    }
    assert.deepEqual(readdirSync(here.runtimes), []);
  },
});

Deno.test("addTensorFlow() refuses another platform than that of its wheels", async () => {
  await using here = await place([]);
  const row = { ...cpuRow, platform: "plan9-mips" };
  await assert.rejects(addTensorFlow(row, { folder: here.runtimes }), /built for plan9-mips, and this machine is /);
});

Deno.test({
  name: "buildAddon() says what the compiler says",
  ignore: await findCompiler() === undefined,
  async fn() {
    await using here = await place([]);
    const compiler = (await findCompiler())!;
    await assert.rejects(
      buildAddon(compiler, here.folder, undefined),
      (error) =>
        error instanceof RuntimeError && /tfjs_backend\.cc/.test(error.message) && /g\+\+/.test(error.help[0]!),
    );
    assert.ok(!existsSync(join(here.folder, "tfjs_binding.node")));
  },
});

Deno.test("digestOf() depends on every name and every hash, not on their order", () => {
  const digest = digestOf({ a: "1", b: "2" });
  assert.equal(digest, digestOf({ b: "2", a: "1" }));
  for (const other of [{ a: "1", b: "3" }, { a: "1", c: "2" }, { a: "1" }]) assert.notEqual(digest, digestOf(other));
});

Deno.test("findInstallations() finds runtimes of ours before installations that the packages made", async () => {
  const addon = (name: string, version: string) => `node_modules/@tensorflow/${name}/lib/${version}/tfjs_binding.node`;
  await using here = await place(["tensorflow"], [
    addon("tfjs-node", "napi-v8"),
    addon("tfjs-node-gpu", "napi-v8"),
    "inner/most/file",
    "inner/node_modules/@tensorflow/tfjs-node-gpu/package.json", // not installed: without an addon
  ]);
  writeFileSync(join(here.folder, "node_modules/@tensorflow/tfjs-node-gpu/package.json"), `{"version":"4.22.0"}`);
  const inner = join(here.folder, "inner", "most");
  assert.deepEqual(Object.keys(packageFolders(inner)).sort(), ["tensorflow", "tensorflow-gpu"]);
  const found = findInstallations({ folder: here.runtimes, cwd: inner });
  assert.deepEqual(found.map(({ title }) => title), [
    `tensorflow ${cpuRow.version}`,
    "@tensorflow/tfjs-node-gpu 4.22.0",
  ]);
  assert.ok(found[1]!.addon.endsWith(join("napi-v8", "tfjs_binding.node")));
  assert.deepEqual(findInstallations({ folder: here.runtimes, cwd: "/" }).length, 1);
});

Deno.test("chooseInstallation() takes a GPU where it can be used, and says why it cannot", async () => {
  await using here = await place(["tensorflow", "tensorflow-gpu"]);
  const found = findInstallations({ folder: here.runtimes, cwd: "/" });
  const choose = (device: "auto" | "cpu" | "gpu", hardware: Hardware, among = found) => {
    const { installation, gpu, reason } = chooseInstallation(device, hardware, among, here.runtimes);
    return [installation.name, gpu, reason];
  };
  assert.deepEqual(choose("auto", nvidia(12.4)), ["tensorflow-gpu", true, undefined]);
  assert.deepEqual(choose("cpu", nvidia(12.4)), ["tensorflow", false, undefined]);
  assert.deepEqual(choose("auto", machine()), ["tensorflow", false, "no GPU is found"]);
  assert.match(choose("auto", nvidia(11.4))[2] as string, /driver of Quick GPU supports CUDA 11\.4; 12\.0 or newer/);
  assert.match(choose("auto", nvidia(13), found.slice(0, 1))[2] as string, /runtime add tensorflow-gpu/);
  assert.deepEqual(choose("cpu", machine(), found.slice(1)), ["tensorflow-gpu", false, undefined]);
  const amd = machine([{ vendor: "amd", devices: ["AMD MI300"], driver: "1", how: "a test" }]);
  assert.match(faultOfGpu(amd)!, /GPUs of NVIDIA alone, not AMD MI300/);

  assert.throws(() => choose("gpu", machine()), /on a GPU: no GPU is found/);
  assert.throws(() => choose("auto", machine(), []), (error) => {
    assert.ok(error instanceof RuntimeError);
    assert.match(error.help[0]!, /deno task runtime add tensorflow$/);
    return true;
  });
  assert.throws(
    () => choose("gpu", nvidia(12), []),
    (error) => error instanceof RuntimeError && /runtime add tensorflow-gpu$/.test(error.help[0]!),
  );
});

Deno.test("a runtime that lost a file is said to be damaged", async () => {
  await using here = await place(["tensorflow"]);
  writeFileSync(join(here.runtimes, `tensorflow-${cpuRow.version}`, "a.node"), "longer");
  const found = findInstallations({ folder: here.runtimes, cwd: "/" });
  assert.deepEqual(found, []);
  assert.throws(
    () => chooseInstallation("cpu", machine(), found, here.runtimes),
    /"tensorflow" is damaged: "a.node" has/,
  );
});

Deno.test("removeRuntime() removes the runtime of a name, and none whose name begins with it", async () => {
  await using here = await place(["tensorflow", "tensorflow-gpu"]);
  assert.equal(removeRuntime("tensorflow", here.runtimes), 1);
  assert.deepEqual(readdirSync(here.runtimes), [`tensorflow-gpu-${cpuRow.version}`]);
  assert.equal(removeRuntime("tensorflow", here.runtimes), undefined);
});
