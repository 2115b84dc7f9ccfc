/** Tests of `--json`: one document on standard output, of the shape that cli/answers.ts promises. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { z } from "zod";
import { type AnswerName, answers, failure } from "./answers.ts";
import { main } from "./main.ts";
import "../tests/backends.ts"; // TensorFlow, before `runtime` looks for a GPU through WebGPU

/** Where a tiny recipe is, and what is said of commands there. */
async function workplace() {
  const before = { folder: Deno.cwd(), cache: Deno.env.get("DENOISE_CACHE"), state: Deno.env.get("DENOISE_STATE") };
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "denoise-json-" }));
  Deno.chdir(folder);
  Deno.env.set("DENOISE_CACHE", join(folder, "cache"));
  Deno.env.set("DENOISE_STATE", join(folder, "state"));
  await Deno.writeTextFile("tiny.yaml", recipe);
  return {
    [Symbol.asyncDispose]: async () => {
      Deno.chdir(before.folder);
      for (const [name, value] of [["DENOISE_CACHE", before.cache], ["DENOISE_STATE", before.state]] as const) {
        if (value === undefined) Deno.env.delete(name);
        else Deno.env.set(name, value);
      }
      await Deno.remove(folder, { recursive: true });
    },
  };
}

const recipe = `
name: tiny
dataset: { use: emoji, image_size: 8, batch_size: 16, categories: [Activities] }
network: { use: residual-unet, widths: [4], block_depth: 1, embedding_dims: 4, max_frequency: 10 }
samplers: { preview: { use: ddim, steps: 1 } }
metrics: [{ use: validation-error, every: 2 steps }]
ema: power-function
train: { steps: 2, keep: { best: noise, last: 1 }, snapshots: 1 step, samples: { rows: 1, columns: 1 } }
backend: cpu
`;

/** Runs a command line; what it prints, and its exit code. */
async function run(line: string): Promise<{ code: number; out: string; err: string }> {
  const writes = [Deno.stdout.writeSync, Deno.stderr.writeSync] as const;
  const said = { out: "", err: "" };
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  try {
    Deno.stdout.writeSync = (bytes) => (said.out += decode(bytes), bytes.length);
    Deno.stderr.writeSync = (bytes) => (said.err += decode(bytes), bytes.length);
    return { code: await main(line.split(" ")), ...said };
  } finally {
    [Deno.stdout.writeSync, Deno.stderr.writeSync] = writes;
  }
}

/** A schema that takes no field beside its own, at any depth. */
function exactly(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodObject) {
    const shape = Object.entries(schema.shape as z.ZodRawShape).map((
      [key, inner],
    ) => [key, exactly(inner as z.ZodType)]);
    return z.strictObject(Object.fromEntries(shape));
  }
  if (schema instanceof z.ZodArray) return z.array(exactly(schema.element as z.ZodType));
  if (schema instanceof z.ZodOptional) return exactly(schema.unwrap() as z.ZodType).optional();
  if (schema instanceof z.ZodNullable) return exactly(schema.unwrap() as z.ZodType).nullable();
  return schema;
}

Deno.test("every command answers --json with the document that is promised, and with nothing else", async () => {
  await using _place = await workplace();
  const run1 = "runs/tiny";
  const cases:
    readonly (readonly [line: string, name: AnswerName, check: (answer: never) => unknown, told: unknown])[] = [
      ["validate tiny.yaml", "validate", ({ name }: { name: string }) => name, "tiny"],
      [
        "validate tiny.yaml --explain seed=7",
        "validate",
        ({ values }: { values: { path: string; value: unknown; from: string }[] }) => {
          const { value, from } = values.find(({ path }) => path === "seed")!;
          return [value, from];
        },
        [7, "command line"],
      ],
      ["graph tiny.yaml", "graph", ({ drawing }: { drawing: null }) => drawing, null],
      ["graph tiny.yaml -o g.mmd", "graph", ({ drawing }: { drawing: string }) => drawing, "g.mmd"],
      ["run tiny.yaml --dry-run", "run --dry-run", ({ steps }: { steps: number }) => steps, 2],
      ["run tiny.yaml", "run", (a: { step: number; metrics: object }) => [a.step, Object.keys(a.metrics)], [
        2,
        ["noise", "image"],
      ]],
      ["run tiny.yaml", "run", (a: { outcome: string }) => a.outcome, "finished"],
      [`sample ${run1} --count 2`, "sample", (a: { images: unknown[] }) => a.images, [
        { seed: 0, file: "00000-seed-0.png" },
        { seed: 1, file: "00001-seed-1.png" },
      ]],
      [`evaluate ${run1}`, "evaluate", (a: { metrics: { name: string }[] }) => a.metrics.map(({ name }) => name), [
        "noise",
        "image",
      ]],
      [`report ${run1}`, "report", (a: { file: string }) => a.file, join(run1, "report.html")],
      [`export ${run1} -o w.safetensors`, "export", (a: { file: string }) => a.file, "w.safetensors"],
      [`ema ${run1} --std 0.08 -o e.safetensors`, "ema", (a: { step: number; file: string }) => [a.step, a.file], [
        2,
        "e.safetensors",
      ]],
      [`sample ${run1} --ema 0.08 --count 1`, "sample", (a: { ema: { steps: number[] } }) => a.ema.steps, [1, 2]],
      [`evaluate ${run1} --ema 0.05`, "evaluate", (a: { ema: unknown }) => a.ema, { name: "0.05" }],
      [
        `picture grid ${run1} --rows 1 --columns 1 --steps 1`,
        "picture",
        (a: { file: string }) => a.file,
        join(
          run1,
          "pictures",
          "grid.png",
        ),
      ],
      [
        "runs",
        "runs",
        ({ runs: [run] }: { runs: { name: string; state: string; steps: number; best: { metric: string } }[] }) => {
          return [run!.name, run!.state, run!.steps, run!.best.metric];
        },
        ["tiny", "finished", 2, "noise"],
      ],
      ["picture", "picture (alone)", (a: { pictures: { name: string }[] }) => a.pictures[0]!.name, "grid"],
      ["sweep tiny.yaml schedule=cosine,linear", "sweep", (a: { cells: { point: unknown }[] }) => a.cells[0]!.point, {
        schedule: "cosine",
      }],
      ["plugins", "plugins list", (a: { plugins: unknown[] }) => a.plugins.length > 30, true],
      ["plugins show ddim", "plugins show PLUGIN", (a: { kind: string; file: null; prefer: string }) => [
        ...[a.kind, a.file, typeof a.prefer],
      ], ["sampler", null, "string"]],
      ["plugins show sampler", "plugins show KIND", (a: { laws: string[] }) => a.laws.length > 3, true],
      [
        "new sampler mine --dir own",
        "new",
        (a: { files: { path: string }[] }) => a.files[0]!.path,
        join(
          "own",
          "mine.ts",
        ),
      ],
      ["runtime", "runtime list", (a: { runtimes: { name: string }[] }) => a.runtimes[0]!.name, "cpu"],
      ["runtime remove cpu", "runtime remove", (a: { freedBytes: null }) => a.freedBytes, null],
      ["schema --out s.json", "schema", (a: { file: string }) => a.file, "s.json"],
    ];
  for (const [line, name, check, told] of cases) {
    const { code, out, err } = await run(`${line} --json`);
    assert.equal(code, 0, `${line}: ${err}`);
    const answer = JSON.parse(out);
    const { error } = exactly(answers[name]).safeParse(answer);
    assert.equal(error, undefined, `${line}: ${error?.message}`);
    assert.deepEqual(check(answer as never), told, line);
  }
});

Deno.test("what is wrong is one JSON document too, with its place and its fix, and the exit code of always", async () => {
  await using _place = await workplace();
  await Deno.writeTextFile("wrong.yaml", recipe.replace("block_depth", "blok_depth"));
  const cases = [
    [
      "validate wrong.yaml",
      1,
      "unknown-option",
      { file: "wrong.yaml", line: 4, column: 45, length: 10 },
      /block_depth/,
    ],
    ["sample runs/nothing", 1, "checkpoint-missing", undefined, /./],
    ["compile:gpu tiny.yaml", 1, "gpu-backend", { file: "tiny.yaml", line: 9, column: 1, length: 12 }, /backend=xla/],
    ["ema runs/nothing --std 0.1", 1, "checkpoint-missing", undefined, /./],
    ["ema runs/nothing --std 0.4", 1, "average-range", undefined, /0\.2886/],
    ["ema runs/nothing", 2, "command-line", undefined, /^$/],
    ["compile:gpu tiny.yaml --programs steps", 2, "command-line", undefined, /^$/],
    ["run", 2, "command-line", undefined, /^$/],
    ["smaple runs/x", 2, "command-line", undefined, /^$/],
    ["evaluate runs/x --json x.json", 1, "json-file", undefined, /--out x.json/],
  ] as const;
  for (const [line, code, problem, place, help] of cases) {
    const plain = line.includes("--json") ? undefined : await run(line);
    const { code: ended, out, err } = await run(`${line} --json`);
    assert.equal(ended, code, err);
    if (plain !== undefined) assert.deepEqual([plain.code, plain.out, plain.err], [code, "", err], line);
    const { error } = exactly(failure).parse(JSON.parse(out)) as z.infer<typeof failure>;
    assert.deepEqual([error.exitCode, error.problems[0]!.code, error.problems[0]!.place], [code, problem, place], line);
    assert.match(error.problems[0]!.help.join("\n"), help, line);
  }
});

Deno.test("without --json results are on standard output, and all else is on standard error", async () => {
  await using _place = await workplace();
  const trained = await run("run tiny.yaml");
  assert.match(trained.out, /^trained +1 epoch|^trained +2 steps/);
  assert.doesNotMatch(trained.out, /backend|resume|deno task/);
  assert.match(trained.err, /^backend +cpu/m);
  const measured = await run("evaluate runs/tiny");
  assert.match(
    measured.out,
    /^metric +value +better\nnoise .*\nimage .*\n\n *log-SNR +pictures +noise +image\n[\s\S]*\njson +runs/,
  );
});

Deno.test("a sampler that is not there is told once, as it was typed, and an override after --samplers is one", async () => {
  await using _place = await workplace();
  assert.equal((await run("run tiny.yaml")).code, 0);
  for (const line of ["picture steps runs/tiny --sampler leap", "picture kid runs/tiny --steps 1,2 --samplers leap"]) {
    const { err } = await run(`${line} backend=cpu`);
    assert.match(err, /^command line: Unknown sampler "leap"\n {2}leap\n/, line);
    assert.match(err, /\n1 problem on the command line\n$/, line);
    assert.doesNotMatch(err, /picture-1/);
  }
  const drawn = await run("picture trajectory runs/tiny --columns 1 --json --samplers ddim preview backend=cpu");
  assert.equal(drawn.code, 0, drawn.err);
  const wrong = await run("picture trajectory runs/tiny --samplers ddim network.widht=3");
  assert.match(wrong.err, /^command line: Unknown option "widht"/);
});
