/** Runtimes: fetched from pip or an archive, verified, whole or not there; what is chosen for which hardware. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { packTar } from "modern-tar";
import { addRuntime } from "./add.ts";
import { choosePlugin, runtimesFor } from "./choose.ts";
import { type Accelerator, detect, type MachineFacts } from "./detect.ts";
import { RuntimeError } from "./error.ts";
import { findInstalled, listInstalled, manifestName, removeRuntime } from "./installed.ts";
import { cudaToolkitFor, librariesFor } from "./nvidia.ts";
import { findPip, wheelPlatforms } from "./pip.ts";
import { pluginForTests } from "../testing.ts";
import { platform, runtimes } from "./table.ts";
import type { Runtime } from "./types.ts";

const pip = await findPip();
if (pip === undefined) console.log("skipped: wheels through pip, which is not here");

const hash = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** A row like those of the table, of an archive with one plugin and one other file, and the server that has it. */
async function served(change: (archive: Uint8Array) => Uint8Array = (archive) => archive) {
  const folder = await Deno.makeTempDir();
  const entries = Object.entries({ "libtest.so": "a plugin", "unwanted.txt": "not needed" });
  const archive = new Uint8Array(gzipSync(
    await packTar(entries.map(([name, body]) => ({ header: { name, size: body.length }, body }))),
  ));
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    return new URL(request.url).pathname === "/a.tar.gz"
      ? new Response(change(archive).slice())
      : new Response("no", { status: 404 });
  });
  const url = `http://127.0.0.1:${server.addr.port}/a.tar.gz`;
  const runtime: Runtime = {
    name: "cpu",
    what: "tests",
    version: "1.0",
    platform: platform(),
    wheels: [],
    plugin: "libtest.so",
    archives: { [platform()]: { url, sha256: hash(archive), plugin: "libtest.so" } },
    tested: true,
  };
  return { runtime, archive, folder: join(folder, "runtimes"), [Symbol.asyncDispose]: () => server.shutdown() };
}

Deno.test("addRuntime() takes the archive where there is no pip: only the plugin, with progress to the end", async () => {
  await using place = await served();
  const seen: [number, number][] = [];
  const options = {
    folder: place.folder,
    pip: null,
    progress: (_: string, done: number, total: number) => seen.push([done, total]),
  };
  const found = await addRuntime(place.runtime, options);
  assert.equal(readFileSync(found.plugin, "utf8"), "a plugin");
  assert.equal(found.size, 8);
  assert.deepEqual(readdirSync(found.folder).sort(), ["libtest.so", manifestName]);
  assert.deepEqual(seen.at(-1), [place.archive.length, place.archive.length]);
  const before = seen.length;
  assert.deepEqual(await addRuntime(place.runtime, options), found);
  assert.equal(seen.length, before, "what is installed is not fetched again");
  assert.equal(removeRuntime("cpu", place.folder), 8);
  assert.equal(removeRuntime("cpu", place.folder), undefined);
});

Deno.test("addRuntime() leaves nothing of an archive that was changed, cut off, or is not there", async () => {
  const cases: [(archive: Uint8Array) => Uint8Array, RegExp][] = [
    [(archive) => archive.map((byte, i) => (i === 50 ? byte ^ 1 : byte)), /it is not the file that was expected/],
    [(archive) => archive.subarray(0, 40), /it is not the file that was expected/],
  ];
  for (const [change, message] of cases) {
    await using place = await served(change);
    await assert.rejects(addRuntime(place.runtime, { folder: place.folder, pip: null }), message);
    assert.deepEqual(readdirSync(place.folder), []);
  }
  await using place = await served();
  const [archive] = Object.values(place.runtime.archives);
  const missing = { ...place.runtime, archives: { [platform()]: { ...archive!, url: `${archive!.url}.gone` } } };
  await assert.rejects(
    addRuntime(missing, { folder: place.folder, pip: null }),
    (error) => error instanceof RuntimeError && /there is no pip; Cannot download ".*404/.test(error.message),
  );
  assert.deepEqual(readdirSync(place.folder), []);
});

Deno.test("addRuntime() says which folder it cannot write to", async () => {
  const file = await Deno.makeTempFile();
  await assert.rejects(
    addRuntime("cpu", { folder: file, pip: null }),
    (error) => error instanceof RuntimeError && error.message.includes(`in "${file}"`),
  );
});

Deno.test("addRuntime() blames no disk where a runtime is for another system", async () => {
  const folder = await Deno.makeTempDir();
  const elsewhere: Runtime = { ...runtimes[0]!, platform: "plan9-mips", archives: {} };
  await assert.rejects(addRuntime(elsewhere, { folder }), (error) => {
    assert.ok(error instanceof RuntimeError);
    assert.match(error.message, /its wheels are built for plan9-mips, and this machine is \S+$/);
    assert.deepEqual(error.help, ["take what starts here: backend: auto"]);
    return true;
  });
  await Deno.remove(folder, { recursive: true });
});

Deno.test("addRuntime() stopped on the way leaves nothing", async () => {
  await using place = await served();
  const controller = new AbortController();
  const progress = () => controller.abort(new Error("stopped"));
  await assert.rejects(
    addRuntime(place.runtime, { folder: place.folder, pip: null, signal: controller.signal, progress }),
    /stopped/,
  );
  assert.deepEqual(readdirSync(place.folder), []);
});

Deno.test("a runtime that lost a file, or part of one, is not installed, and is put right by adding it", async () => {
  await using place = await served();
  const options = { folder: place.folder, pip: null };
  const { plugin } = await addRuntime(place.runtime, options);
  writeFileSync(plugin, "cut");
  assert.equal(findInstalled(place.runtime, place.folder), undefined);
  assert.deepEqual(listInstalled(place.folder), []);
  await addRuntime(place.runtime, options);
  assert.equal(readFileSync(plugin, "utf8"), "a plugin");
});

Deno.test({
  name: "addRuntime() unpacks what a wheel has of it, and refuses a wheel of another hash",
  ignore: pip === undefined,
  async fn() {
    const folder = await Deno.makeTempDir();
    const links = join(folder, "links");
    mkdirSync(links);
    const make = `import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr("probe/lib.so", b"x" * 100000)
    z.writestr("probe/other.txt", b"y")
    z.writestr("probe-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: probe\\nVersion: 1.0\\n")
    z.writestr("probe-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    z.writestr("probe-1.0.dist-info/RECORD", "")
`;
    const path = join(links, "probe-1.0-py3-none-any.whl");
    const { success } = await new Deno.Command(pip![0]!.startsWith("pip") ? "python3" : pip![0]!, {
      args: ["-c", make, path],
    }).output();
    assert.ok(success);
    const wheel = readFileSync(path);
    const runtime: Runtime = {
      name: "tpu",
      what: "tests",
      version: "1.0",
      platform: platform(),
      wheels: [{ name: "probe", version: "1.0", sha256: hash(wheel), size: wheel.length, unpack: /\.so$/ }],
      plugin: "probe/lib.so",
      archives: {},
      tested: true,
    };
    const set = { PIP_FIND_LINKS: links, PIP_NO_INDEX: "1" };
    const before = Object.keys(set).map((name) => [name, Deno.env.get(name)] as const);
    for (const [name, value] of Object.entries(set)) Deno.env.set(name, value);
    try {
      const found = await addRuntime(runtime, { folder, pip });
      assert.deepEqual(readdirSync(dirname(found.plugin)), ["lib.so"]);
      assert.equal(found.size, 100_000);
      removeRuntime("tpu", folder);
      const changed = { ...runtime, wheels: [{ ...runtime.wheels[0]!, sha256: "0".repeat(64) }] };
      await assert.rejects(addRuntime(changed, { folder, pip }), /Cannot install the runtime "tpu": .* with pip/);
      assert.deepEqual(readdirSync(folder), ["links"]);
    } finally {
      for (const [name, value] of before) value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
    }
  },
});

Deno.test("the table pins every wheel and archive", () => {
  for (const { name, wheels, archives, version } of runtimes) {
    assert.equal(wheels[0]!.version, version, name);
    for (const wheel of wheels) {
      assert.match(wheel.sha256, /^[0-9a-f]{64}$/, wheel.name);
      assert.match(wheel.version, /^\d+(\.\d+)+$/, wheel.name);
      assert.ok(wheel.size > 10_000, wheel.name);
    }
    for (const { url, sha256 } of Object.values(archives)) {
      assert.match(url, /^https:/);
      assert.match(sha256, /^[0-9a-f]{64}$/);
    }
    assert.equal(new Set(wheels.map(({ sha256 }) => sha256)).size, wheels.length, name);
  }
});

/** A machine whose files and driver are these. */
const machine = (files: Record<string, string>, cuda?: ReturnType<MachineFacts["cuda"]>): MachineFacts => ({
  platform: "linux-x86_64",
  read: (path) => files[path],
  list: (folder) => {
    const below = Object.keys(files).filter((path) => path.startsWith(`${folder}/`));
    return [...new Set(below.map((path) => path.slice(folder.length + 1).split("/")[0]!))];
  },
  cuda: () => cuda,
});

Deno.test("detect() finds accelerators by their drivers, and none where there is only a driver", () => {
  assert.deepEqual(detect(machine({})).accelerators, []);
  const version = { "/proc/driver/nvidia/version": "NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.65.06  Sun\n" };
  assert.deepEqual(detect(machine(version, { version: 13, devices: [] })).accelerators, []);
  const [nvidia] = detect(machine(version, { version: 13, devices: ["NVIDIA H100"] })).accelerators;
  assert.deepEqual(nvidia, {
    vendor: "nvidia",
    devices: ["NVIDIA H100"],
    driver: "580.65.06",
    cuda: 13,
    how: "libcuda",
  });
  const nodes = "/sys/class/kfd/kfd/topology/nodes";
  const [amd, ...rest] = detect(machine({
    [`${nodes}/0/properties`]: "cpu_cores_count 8\nsimd_count 0\n",
    [`${nodes}/1/properties`]: "cpu_cores_count 0\nsimd_count 416\n",
    [`${nodes}/1/name`]: "gfx90a\n",
    "/sys/module/amdgpu/version": "6.10.5\n",
  })).accelerators;
  assert.deepEqual([amd!.devices, amd!.driver, rest.length], [["AMD gfx90a"], "6.10.5", 0]);
  const pci = { "/sys/bus/pci/devices/0/vendor": "0x1ae0\n", "/sys/bus/pci/devices/0/class": "0x120000\n" };
  assert.equal(detect(machine(pci)).accelerators.length, 0, "no driver offers it");
  assert.equal(detect(machine({ ...pci, "/dev/accel0": "" })).accelerators[0]!.vendor, "google");
});

Deno.test("detect() finds the GPU of a Mac with Apple silicon, and `metal` drives it", () => {
  const [gpu, ...rest] = detect({ ...machine({}), platform: "darwin-aarch64" }).accelerators;
  assert.deepEqual([gpu!.vendor, rest.length, runtimesFor(gpu!)], ["apple", 0, ["metal"]]);
  assert.match(gpu!.devices[0]!, /. GPU$/);
  assert.deepEqual(detect({ ...machine({}), platform: "darwin-x86_64" }).accelerators, []);
});

Deno.test("wheels are asked for by the names that their system has in them", () => {
  assert.deepEqual(wheelPlatforms("darwin-aarch64"), ["macosx_14_0_arm64"]);
  assert.ok(wheelPlatforms("linux-x86_64").includes("manylinux_2_28_x86_64"));
});

Deno.test("the runtime of Metal takes the plugin and the kernels beside it, and nothing of Python", () => {
  const { wheels: [wheel], plugin, tested } = runtimes.find(({ name }) => name === "metal")!;
  const files = ["__init__.py", "ops.py", "lib/libpjrt_plugin_mps.dylib", "lib/mlx.metallib"];
  const taken = files.map((name) => `jax_plugins/mps/${name}`).filter((path) => wheel!.unpack.test(path));
  assert.deepEqual(taken, [plugin, "jax_plugins/mps/lib/mlx.metallib"]);
  assert.equal(tested, false, "nobody has run it yet");
});

Deno.test("runtimesFor() goes by the CUDA version that the driver speaks", () => {
  const gpu = (cuda: number): Accelerator => ({ vendor: "nvidia", devices: ["GPU"], driver: "1", cuda, how: "test" });
  assert.deepEqual([13.1, 12.4, 11.8].map((cuda) => runtimesFor(gpu(cuda))), [["cuda13", "cuda12"], ["cuda12"], []]);
});

Deno.test("choosePlugin() takes the accelerator that has its plugin, else the CPU, and says how to add one", async () => {
  const folder = await Deno.makeTempDir();
  const install = (name: string) => {
    const row = runtimes.find((one) => one.name === name)!;
    const target = join(folder, `${name}-${row.version}`);
    mkdirSync(target, { recursive: true });
    writeFileSync(join(target, "p.so"), "p");
    const { version } = row;
    writeFileSync(
      join(target, manifestName),
      JSON.stringify({ name, version, source: "pip", plugin: "p.so", files: { "p.so": 1 } }),
    );
    return join(target, "p.so");
  };
  const cpu = { model: "a", cores: 2 };
  const none = { cpu, accelerators: [] };
  const h100 = {
    cpu,
    accelerators: [
      { vendor: "nvidia", devices: ["NVIDIA H100"], driver: "580", cuda: 13, how: "libcuda" } as const,
    ],
  };
  const env = {};
  assert.deepEqual(choosePlugin({ folder, hardware: none, env }), {
    plugin: undefined,
    runtime: "cpu",
    reason: "no GPU found",
  });
  const onCpu = install("cpu");
  const missing = choosePlugin({ folder, hardware: h100, env });
  assert.equal(missing.plugin, onCpu);
  assert.equal(missing.reason, "NVIDIA H100 found, but not its plugin: deno task runtime add cuda13");
  const cuda12 = install("cuda12");
  assert.equal(choosePlugin({ folder, hardware: h100, env }).plugin, cuda12);
  const cuda13 = install("cuda13");
  assert.deepEqual(choosePlugin({ folder, hardware: h100, env }), {
    plugin: cuda13,
    runtime: "cuda13",
    reason: "NVIDIA H100 found",
  });
  assert.equal(choosePlugin({ folder, hardware: none, env }).plugin, onCpu, "a plugin without its device is of no use");
  writeFileSync(cuda13, "cut off");
  assert.match(
    choosePlugin({ folder, hardware: h100, env }).reason,
    /^NVIDIA H100 found$/,
    "another that drives it is whole",
  );
  rmSync(dirname(cuda12), { recursive: true });
  assert.equal(
    choosePlugin({ folder, hardware: h100, env }).reason,
    'NVIDIA H100 found, but the runtime cuda13 is damaged ("p.so" has 7 bytes, and 1 were installed): deno task runtime add cuda13',
  );
  const mac = {
    cpu,
    accelerators: [
      { vendor: "apple", devices: ["Apple M2 GPU"], driver: undefined, how: "its processor" } as const,
    ],
  };
  assert.deepEqual(choosePlugin({ folder, hardware: mac, env }), {
    plugin: onCpu,
    runtime: "cpu",
    reason: "Apple M2 GPU found, but not its plugin: deno task runtime add metal",
  });
  const metal = install("metal");
  assert.equal(choosePlugin({ folder, hardware: mac, env }).plugin, metal);
  const real = pluginForTests();
  if (real !== undefined) {
    assert.equal(choosePlugin({ folder, hardware: h100, env: { DENOISE_PJRT_PLUGIN: real } }).plugin, real);
  }
  assert.throws(
    () => choosePlugin({ folder, hardware: none, env: { DENOISE_PJRT_PLUGIN: "/no/such.so" } }),
    /Cannot use the PJRT plugin "\/no\/such.so", which DENOISE_PJRT_PLUGIN names: there is no such file/,
  );
  assert.throws(
    () => choosePlugin({ folder, hardware: none, env: { DENOISE_PJRT_PLUGIN: onCpu } }),
    /which DENOISE_PJRT_PLUGIN names: it is not a shared library/,
  );
});

Deno.test("librariesFor() lists what is beside a CUDA plugin, each after what it needs", async () => {
  const folder = await Deno.makeTempDir();
  const write = (path: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), "");
  };
  write("jax_plugins/xla_cuda13/xla_cuda_plugin.so");
  const names = ["cusparse.so.12", "cublas.so.13", "cublasLt.so.13", "cudart.so.13", "nvJitLink.so.13"];
  for (const name of names) write(`nvidia/cu13/lib/lib${name}`);
  write("nvidia/cudnn/lib/libcudnn.so.9");
  write("nvidia/cu13/bin/ptxas");
  const plugin = join(folder, "jax_plugins/xla_cuda13/xla_cuda_plugin.so");
  assert.deepEqual(
    librariesFor(plugin).map((path) => path.split("/").at(-1)),
    [
      "libcudart.so.13",
      "libnvJitLink.so.13",
      "libcublasLt.so.13",
      "libcublas.so.13",
      "libcusparse.so.12",
      "libcudnn.so.9",
    ],
  );
  assert.equal(cudaToolkitFor(plugin), join(folder, "nvidia/cu13"));
  assert.deepEqual(librariesFor("/somewhere/libpjrt_cpu.so"), []);
});
