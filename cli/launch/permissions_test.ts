/** Tests of what commands may do: their recipe and what it names, and no more. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { stateFolder } from "../../lib/files/user_folders.ts";
import { builtins } from "../../mod.ts";
import { everyName } from "../../pipeline/registry/registry.ts";
import { permissionsFor } from "./permissions.ts";
import { pluginVariable } from "../../lib/xla/runtime/choose.ts";
import { root } from "./surroundings.ts";
import { addressOptions, fileOptions } from "./recipe_paths.ts";
import { takeApart } from "./words.ts";

type Files = Readonly<Record<string, string>>;

/** What a command may do in a folder with these files, by kind: paths relative to the folder, where they are in it. */
async function permitted(files: Files, words: string): Promise<(kind: string) => string[] | undefined> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "denoise launch " }));
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.mkdir(join(folder, name, ".."), { recursive: true });
      await Deno.writeTextFile(join(folder, name), text);
    }
    const apart = takeApart(words.split(" "));
    const flags = await permissionsFor({ ...apart, name: apart.plain[0], cwd: folder });
    const byKind = new Map(
      flags.map((flag) => /^--(?:allow-)?([\w-]+)(?:=([^]*))?$/.exec(flag)!.slice(1) as [string, string | undefined]),
    );
    return (kind) => {
      if (!byKind.has(kind)) return undefined;
      const paths = byKind.get(kind)?.split(",") ?? ["all"];
      return paths.map((path) =>
        path === folder ? "." : path.startsWith(folder) ? path.slice(folder.length + 1) : path
      );
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Those of the paths that lie in the folder of the test. */
const own = (paths: string[] | undefined) => (paths ?? []).filter((path) => !/^(\/|\w:)/.test(path)).sort();

const files: Files = {
  "r.yaml": "extends: base.yaml\nplugins: [./mine.ts]\ndataset: { use: image-folder, folder: pictures }\n",
  "base.yaml": "backend: wasm\nmetrics: [{ use: kid, weights: inception.h5 }]\n",
  "mine.ts":
    `import "./helper.ts"; import "../outside.ts"; Deno.readTextFile("./table.txt"); "/etc/hostname"; "./.secret";`,
  "helper.ts": "",
  "table.txt": "",
  ".secret": "",
  "pictures/a.png": "",
  "inception.h5": "",
  "other.txt": "",
};

Deno.test("permissionsFor() lets sampling read the picture that it starts from, and the mask", async () => {
  const of = await permitted(
    { ...files, "runs/r/checkpoints/a": "" },
    "sample runs/r --from other.txt --mask table.txt",
  );
  for (const file of ["other.txt", "table.txt"]) assert.ok(own(of("read")).includes(file), file);
  assert.ok(!own(of("read")).includes("mine.ts"));
});

Deno.test("permissionsFor() lets a picture read the run that is beside, and write nothing there", async () => {
  const others = { ...files, "runs/r/checkpoints/a": "", "others/s/checkpoints/a": "", "others/t/log.jsonl": "" };
  const of = await permitted(others, "picture steps runs/r --steps 1,2 --beside others/s");
  assert.ok(own(of("read")).includes("others/s"));
  assert.ok(!own(of("read")).some((path) => path === "others" || path.startsWith("others/t")));
  assert.deepEqual(own(of("write")), ["runs/r/pictures"]);
});

Deno.test("permissionsFor() lets a sampler read the run that it is guided by, with its plugin files, and write nothing there", async () => {
  const recipe = "plugins: [../../mine.ts]\nbackend: wasm\n";
  const others = { ...files, "runs/r/checkpoints/a": "", "others/s/recipe.yaml": recipe, "others/s/checkpoints/a": "" };
  const sampler = `samplers.x={"use":"ddim","guidance":{"scale":2,"by":"others/s"}}`;
  for (const how of ["--guide others/s", sampler, "samplers.preview.guidance.by=others/s"]) {
    const of = await permitted(others, `sample runs/r ${how}`);
    for (const path of ["others/s", "mine.ts", "helper.ts"]) {
      assert.ok(own(of("read")).includes(path), `${how}: ${path}`);
    }
    assert.deepEqual(own(of("write")), ["runs/r/generated"], how);
    assert.deepEqual(of("ffi"), ["all"], "the backend of the model that is guided counts");
  }
  const stage = `{"use":"ddim","guidance":{"scale":2,"by":"others/s"}}`;
  const typed = await permitted(others, `picture samplers runs/r --samplers ${stage}`);
  assert.ok(own(typed("read")).includes("others/s"));
  for (const word of ["earlier", "class"]) {
    const of = await permitted({ ...files, "runs/r/checkpoints/a": "" }, `sample runs/r --guide ${word}`);
    assert.ok(!own(of("read")).includes("."), word);
  }
});

Deno.test("permissionsFor() lets a training read its recipe, its bases, their plugins and data, and nothing else beside them", async () => {
  const of = await permitted(files, "run r.yaml");
  assert.deepEqual(own(of("read")), [
    ..."base.yaml checkpoints helper.ts inception.h5 log.jsonl mine.ts pictures r.yaml runs table.txt".split(" "),
  ]);
  assert.deepEqual(own(of("write")), ["runs"]);
  assert.ok(!of("read")!.includes("/etc/hostname") && !of("read")!.includes("/"));
  assert.equal(of("run"), undefined, "no programs");
  assert.ok(of("read")!.includes(root) || of("read")!.includes(root.replace(/[/\\]$/, "")), "its own files");
});

Deno.test("permissionsFor() permits native code by pointers only where XLA may run", async () => {
  const ffi = async (words: string, more: Files = {}) => (await permitted({ ...files, ...more }, words))("ffi");
  assert.deepEqual(await ffi("run r.yaml backend=xla"), ["all"]);
  assert.deepEqual(await ffi("compile:gpu r.yaml backend=xla --gpu a100"), ["all"]);
  assert.deepEqual(await ffi("run r.yaml", { "base.yaml": "seed: 1\n" }), ["all"], "auto by default");
  for (
    const words of [
      "run r.yaml",
      "run r.yaml backend=cpu",
      "run r.yaml backend.use=cpu",
      "report runs/x",
      "picture schedule",
    ]
  ) {
    assert.ok((await ffi(words))!.every((path) => /npm$|node_modules$/.test(path)), words);
  }
  for (const words of ["validate r.yaml", "plugins"]) assert.equal(await ffi(words), undefined, words);
});

Deno.test("permissionsFor() lets compile:gpu read its recipe, and write nothing but the cache", async () => {
  const of = await permitted(files, "compile:gpu r.yaml --gpu a100 --devices 2 --programs step --top 3 backend=xla");
  assert.ok(own(of("read")).includes("r.yaml") && own(of("read")).includes("mine.ts"));
  assert.deepEqual(own(of("write")), []);
});

Deno.test("permissionsFor() permits the network to commands that download, to the known hosts and typed ones", async () => {
  const hosts = async (words: string, more: Files = {}) => (await permitted({ ...files, ...more }, words))("net");
  for (
    const words of [
      "run r.yaml",
      "evaluate runs/x",
      "sweep r.yaml",
      "picture kid runs/x",
      "import w.h5 --recipe r.yaml",
      "run r.yaml --dry-run --probe",
    ]
  ) {
    assert.ok((await hosts(words))?.includes("huggingface.co"), words);
  }
  for (
    const words of [
      "run r.yaml --dry-run",
      "run r.yaml --gpu h100",
      "compile:gpu r.yaml --gpu h100",
      "sample runs/x",
      "picture schedule",
      "validate r.yaml",
      "graph r.yaml",
      "report runs/x",
    ]
  ) {
    assert.equal(await hosts(words), undefined, words);
  }
  const mirror = { "r.yaml": "dataset: { use: cifar-10, mirror: 'https://typed.example:8443/x' }\n" };
  assert.ok((await hosts("run r.yaml", mirror))?.includes("typed.example:8443"));
  assert.ok((await hosts("run r.yaml dataset.mirror=http://said.example"))?.includes("said.example"));
  const downloaded = { "x/recipe.yaml": mirror["r.yaml"], "x/log.jsonl": "" };
  assert.ok(!(await hosts("evaluate x", downloaded))?.includes("typed.example:8443"), "of a run folder");
});

Deno.test("permissionsFor() lets a server use the address that it listens on, and write nothing but the cache", async () => {
  const net = async (words: string) => (await permitted(files, words))("net");
  const cases: Readonly<Record<string, string>> = {
    "serve runs/x": "127.0.0.1:8000",
    "serve runs/x --port 0": "127.0.0.1:0",
    "serve runs/x --port=9000 --host localhost": "localhost:9000",
    "serve runs/x --host ::1": "[::1]:8000",
    "serve runs/x --host [::1] --port 1": "[::1]:1",
  };
  for (const [words, address] of Object.entries(cases)) assert.deepEqual(await net(words), [address], words);
  for (const words of ["serve runs/x --port 70000", "serve runs/x --port x", "serve runs/x --host a,b"]) {
    assert.equal(await net(words), undefined, words);
  }
  const of = await permitted(files, "serve runs/x backend=wasm --most-steps 5 --most-pictures 3 --queue 1");
  assert.deepEqual(own(of("write")), []);
  assert.ok(of("ffi")!.every((path) => /npm$|node_modules$/.test(path)), "sharp alone");
  assert.equal(of("run"), undefined);
});

Deno.test("permissionsFor() lets commands write where their output goes, and nowhere else", async () => {
  const run: Files = {
    ...files,
    "runs/x/recipe.yaml": "seed: 1\n",
    "runs/x/log.jsonl": "",
    "runs/x/checkpoints/step-000001.safetensors": "",
  };
  const writes = async (words: string) => own((await permitted(run, words))("write"));
  const cases: Readonly<Record<string, string[]>> = {
    "run r.yaml": ["runs"],
    "run r.yaml --runs elsewhere": ["elsewhere"],
    "run r.yaml --runs=elsewhere": ["elsewhere"],
    "run runs/x": ["runs/x"],
    "run runs/x/checkpoints/step-000001.safetensors": ["runs/x"],
    "run runs/x --fresh": ["runs/x", "runs/x.old-1"],
    "sample runs/x": ["runs/x/generated"],
    "sample --count 64 runs/x": ["runs/x/generated"],
    "sample runs/x --grid out/g.png": ["out"],
    "sample runs/x --out pictures": ["pictures"],
    "sample runs/x --grid -": [],
    "sample runs/x --count 1 --out -": [],
    "evaluate runs/x": ["runs/x"],
    "evaluate runs/x --out out/e.json --json": ["out"],
    "picture grid runs/x": ["runs/x/pictures"],
    "picture samplers runs/x --evaluations 10,20": ["runs/x/pictures"],
    "picture neighbours runs/x": ["runs/x/pictures"],
    "report runs/x": ["runs/x"],
    "graph r.yaml": [],
    "graph r.yaml --out drawings/g.svg": ["drawings"],
    "export runs/x -o out/w.safetensors": ["out"],
    "import w.h5 --recipe r.yaml -o out/run": ["out/run"],
    "import w.h5 --recipe r.yaml -o out/x.safetensors": ["out"],
    "new sampler mine --dir plugins": ["plugins"],
    "sweep r.yaml schedule=cosine,linear": ["runs"],
    "sweep runs/x/recipe.yaml seed=1,2": ["runs"],
    "sweep runs/x samplers.preview.steps=5,10": ["runs", "runs/x/sweep"],
    "sweep runs/x samplers.preview.steps=5,10 --fresh": ["runs", "runs/x/sweep", "runs/x/sweep.old-1"],
    "validate r.yaml": [],
    "plugins show ddim": [],
  };
  for (const [words, paths] of Object.entries(cases)) assert.deepEqual(await writes(words), paths, words);
});

Deno.test("permissionsFor() spares what is run later: this program, runtimes, hooks of git", async () => {
  const spared = async (words: string, more: Files = {}) =>
    (await permitted({ ...files, ...more }, words))("deny-write")!;
  const run = await spared("sample runs/x --grid grid.png", { ".git/config": "" });
  for (const path of [join(root, "cli"), join(root, "cli.ts"), ".git"]) assert.ok(run.includes(path), path);
  assert.ok(run.some((path) => /runtimes$/.test(path)));
  const programs = (paths: string[]) => paths.some((path) => /[/\\]xla$/.test(path) && !path.startsWith(root));
  assert.deepEqual([programs(run), programs(await spared("sample runs/x --grid g.png backend=cpu"))], [false, true]);
  assert.ok(!(await spared("sample runs/x --grid grid.png")).includes(".git"), "where there is none");
  assert.ok(!(await spared("new sampler mine")).includes(join(root, "plugins")));
  assert.equal((await permitted(files, "runtime add cpu"))("deny-write"), undefined);
});

Deno.test("permissionsFor() lets commands that train alone note what was trained with", async () => {
  const notes = async (words: string) => (await permitted(files, words))("write")!.includes(stateFolder());
  for (const words of ["run r.yaml", "sweep r.yaml seed=1,2", "import w.h5 --recipe r.yaml"]) {
    assert.ok(await notes(words));
  }
  for (const words of ["sample runs/x", "evaluate runs/x", "report runs/x"]) assert.ok(!await notes(words), words);
});

Deno.test("permissionsFor() lets a command look beside what is missing, to say what was meant", async () => {
  const reads = async (words: string) => own((await permitted(files, words))("read"));
  assert.ok((await reads("validate sub/missing.yaml")).includes("."));
  assert.ok((await reads("validate r.yaml dataset.folder=pictures/missing/x")).includes("pictures"));
  assert.ok(!(await reads("validate r.yaml")).includes("."));
  assert.ok((await reads("sample runs/missing")).includes("."));
  assert.deepEqual(await reads("runs missing"), ["."]);
  assert.deepEqual(await reads("runs pictures"), ["pictures"]);
});

Deno.test("permissionsFor() permits TensorFlow's addon alone, ours or that of a package that the user has installed", async () => {
  const addon = "node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node";
  const of = await permitted({ ...files, [addon]: "" }, "run r.yaml backend=tensorflow");
  assert.ok(!of("ffi")!.includes("all"));
  assert.ok(of("ffi")!.some((path) => /runtimes$/.test(path)));
  assert.deepEqual(own(of("ffi")), ["node_modules/@tensorflow/tfjs-node-gpu"]);
  assert.ok(own(of("read")).includes("node_modules/@tensorflow/tfjs-node-gpu"));
  assert.equal(of("run"), undefined, "no programs");
  const without = await permitted({ ...files, [addon]: "" }, "run r.yaml");
  assert.ok(!without("ffi")!.some((path) => /runtimes|tfjs-node/.test(path)), "unless the recipe asks for it");
});

Deno.test("permissionsFor() adds what the user permits, one kind at a time", async () => {
  const of = await permitted(files, "run r.yaml --allow-read=other.txt --allow-net=host:1 --allow-run=git");
  assert.ok(of("read")!.includes("other.txt"));
  assert.ok(of("net")!.includes("host:1"));
  assert.deepEqual(of("run"), ["git"]);
  const everything = await permitted(files, "run r.yaml --allow-read --allow-ffi");
  assert.deepEqual([everything("read"), everything("ffi")], [["all"], ["all"]]);
});

Deno.test("permissionsFor() lets `runtime` alone run pip and a compiler", async () => {
  const of = await permitted(files, "runtime add cpu");
  for (const program of ["python3", "npm", "c++", Deno.execPath()]) assert.ok(of("run")!.includes(program), program);
  assert.deepEqual(own(of("write")), []);
  for (const words of ["run r.yaml", "sample runs/x", "evaluate runs/x", "sweep r.yaml", "validate r.yaml"]) {
    assert.equal((await permitted(files, words))("run"), undefined, words);
  }
});

Deno.test({
  name: "permissionsFor() permits what a link leads to",
  ignore: Deno.build.os === "windows", // links need a privilege there
  fn: async () => {
    const data = await Deno.realPath(await Deno.makeTempDir());
    try {
      const link = join(data, "link");
      await Deno.symlink(data, link);
      const of = await permitted({ "r.yaml": `dataset: { use: image-folder, folder: ${link} }\n` }, "run r.yaml");
      assert.ok(of("read")!.includes(link) && of("read")!.includes(data));
    } finally {
      await Deno.remove(data, { recursive: true });
    }
  },
});

Deno.test("the launcher knows the options of built-in plugins that lead to files and addresses", async () => {
  const found: Record<string, Set<string>> = { file: new Set(), address: new Set(), library: new Set() };
  for (const { kind, name } of everyName(builtins)) {
    const plugin = await builtins.load(kind, name);
    for (const [option, what] of Object.entries(plugin!.outside ?? {})) {
      found[what!]!.add(option);
      assert.ok(option in plugin!.options.shape, `${kind}/${name} has no option "${option}"`);
    }
  }
  assert.deepEqual([...found.file!].sort(), [...fileOptions].sort());
  assert.deepEqual([...found.address!].sort(), [...addressOptions].sort());
});

Deno.test("permissionsFor() lets a command read NVIDIA's libraries beside the plugin that the environment names", async () => {
  const before = Deno.env.get(pluginVariable);
  const python = "/python/site-packages";
  try {
    for (
      const [plugin, beside] of [["xla_cuda13/xla_cuda_plugin.so", true], [
        "xla_cpu/pjrt_c_api_cpu_plugin.so",
        false,
      ]] as const
    ) {
      Deno.env.set(pluginVariable, `${python}/jax_plugins/${plugin}`);
      const read = (await permitted(files, "run r.yaml backend=xla"))("read")!;
      assert.ok(read.includes(`${python}/jax_plugins/${plugin}`));
      assert.equal(read.includes(`${python}/nvidia`), beside);
    }
  } finally {
    if (before === undefined) Deno.env.delete(pluginVariable);
    else Deno.env.set(pluginVariable, before);
  }
});

Deno.test("permissionsFor() lets ema write its average into the run alone, and takes the name of one for no file", async () => {
  const run = { ...files, "runs/r/checkpoints/a": "" };
  const within = await permitted(run, "ema runs/r --std 0.1");
  assert.deepEqual(own(within("write")), ["runs/r/averages"]);
  assert.ok(own(within("read")).includes("runs/r"));
  assert.deepEqual(own((await permitted(run, "ema runs/r --std 0.1 --out made/a.safetensors"))("write")), ["made"]);
  const snapshot = { ...files, "runs/r/log.jsonl": "", "runs/r/snapshots/step-000004.safetensors": "" };
  const of = await permitted(snapshot, "sample runs/r/snapshots/step-000004.safetensors --ema 0.1");
  assert.deepEqual(own(of("write")), ["runs/r/generated"]);
  assert.ok(own(of("read")).includes("runs/r"));
  assert.ok(!own(of("read")).includes("0.1"));
});
