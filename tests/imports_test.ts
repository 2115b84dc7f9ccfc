/** Imports point one way: one rule a folder says what is below it. */
import assert from "node:assert/strict";
import { type Import, importsOf, targetOf } from "./imports.ts";
import { isTest, sourceFiles, textOf } from "./source_files.ts";

/** What a folder may import of this repository, the first rule that fits; libraries are free to all. */
interface Rule {
  readonly of: RegExp;
  readonly may: RegExp;
  /** For types alone. */
  readonly types?: RegExp;
}

/** A folder of `pipeline/`, and those below it that it imports. */
function layer(name: string, below: string, libraries = "tensor|image|files|text"): Rule {
  const folders = [name, ...below.split(" ").filter((each) => each !== "")].join("|");
  return {
    of: RegExp(`^pipeline/${name}/`),
    may: RegExp(`^(pipeline/(${folders})|lib/(${libraries}))/|^pipeline/version.ts$`),
  };
}

const rules: readonly Rule[] = [
  { of: /^lib\/tensor\//, may: /^lib\/tensor\// },
  { of: /^lib\/text\//, may: /^lib\/text\// },
  { of: /^lib\/image\//, may: /^lib\/(image|text)\// },
  { of: /^lib\/files\//, may: /^lib\/(files|text)\// },
  { of: /^lib\/xla\//, may: /^lib\/xla\// },
  { of: /^lib\/tensorflow\/runtime\//, may: /^lib\/(tensorflow\/runtime|xla\/runtime)\// },
  { of: /^lib\/tensorflow\//, may: /^lib\/(tensorflow|tensor|xla\/runtime)\// },

  // From the bottom up: each lists what is below it.
  layer("kinds", "", "tensor|files"),
  layer("grid", "kinds", "tensor"),
  layer("contract", "kinds", "tensor"),
  layer("terminal", "", "text"),
  layer("problems", "kinds terminal", "files|text"),
  layer("trust", "", "files"),
  layer("recipe", "kinds problems terminal trust", "files|text"),
  { of: /^pipeline\/registry\/templates\//, may: /^plugin\.ts$/ }, // what a user's file begins as
  layer("registry", "kinds contract problems recipe terminal trust", "files|text"),
  layer("graph", "kinds problems recipe registry", "files|tensor"),
  layer("data", "kinds terminal problems"),
  layer("programs", "kinds problems graph data terminal", "tensor"),
  layer("run", "kinds terminal problems trust recipe graph data programs"),
  layer("view", "kinds terminal registry graph programs run", "image|files|text"),
  layer("commands", "kinds terminal problems trust recipe graph data programs run view"),
  { of: /^pipeline\/version\.ts$/, may: /^deno\.json$/ },

  // Types of the kinds, and the formulas that they share: these load tfjs alone.
  {
    of: /^plugin\.ts$/,
    may: /^lib\/(tensor|image|files)\/|^pipeline\/(kinds\/(diffusion|power_function|refuse)|grid\/mod)\.ts$/,
    types: /^pipeline\/kinds\//,
  },
  { of: /^plugins\/[^/]+\.ts$/, may: /^plugins\// },
  {
    of: /^plugins\/backend\/(auto|xla|shared\/ahead)\.ts$/,
    may: /^(plugin\.ts$|plugins\/backend\/|lib\/xla\/(ahead\/)?mod\.ts$)/,
  },
  { of: /^plugins\/backend\/tensorflow\.ts$/, may: /^(plugin\.ts|lib\/tensorflow\/mod\.ts)$/ },
  { of: /^plugins\/([^/]+)\//, may: /^(plugin\.ts$|plugins\/$1\/)/ },
  { of: /^testing\.ts$/, may: /^(pipeline\/(contract|kinds)\/|lib\/xla\/(mod|testing)\.ts$)/ },
  {
    of: /^mod\.ts$/,
    may: /^(pipeline|plugins|lib\/(tensor|image|files))\/|^plugin\.ts$|^lib\/(xla|tensorflow)\/runtime\/mod\.ts$/,
  },
  {
    of: /^cli\/launch\//,
    may:
      /^(cli\/launch|lib\/(files|text|(xla|tensorflow)\/runtime))\/|^pipeline\/(kinds\/guiding|recipe\/(built_in|checkpoint|starts)|terminal\/shell|trust\/code)\.ts$/,
  },
  { of: /^cli\/compile\//, may: /^(cli\/compile|lib\/files)\/|^cli\/launch\/surroundings\.ts$/ },
  { of: /^examples\//, may: /^(mod|plugin)\.ts$|^lib\/xla\/mod\.ts$/ }, // by their public names
  { of: /^cli(\.ts$|\/)/, may: /^cli\/(?!launch\/)|^mod\.ts$/ }, // the library as anybody has it
];

/** What is wrong with an import of a file; undefined where it is allowed. */
function fault(file: string, { specifier, typeOnly }: Import): string | undefined {
  const target = targetOf(file, { specifier });
  if (target === undefined) return undefined; // a library
  const rule = rules.find(({ of }) => of.test(file));
  if (rule === undefined) return `${file} is in a folder that tests/imports_test.ts has no rule for`;
  if (file.startsWith("plugins/") && target === "plugin.ts" && specifier !== "denoise/plugin") {
    return `${file} imports "${specifier}": a plugin imports "denoise/plugin", as a user's does`;
  }
  const may = new RegExp(rule.may.source.replace("$1", rule.of.exec(file)?.[1] ?? ""));
  if (may.test(target) || (typeOnly && rule.types?.test(target))) return undefined;
  return `${file} may not import ${target}${rule.types?.test(target) ? " but for types" : ""}`;
}

Deno.test("imports point one way", async () => {
  const faults: string[] = [];
  let count = 0;
  for (const file of await sourceFiles()) {
    if (isTest(file)) continue;
    for (const one of importsOf(await textOf(file))) {
      count++;
      const wrong = fault(file, one);
      if (wrong !== undefined) faults.push(wrong);
    }
  }
  assert.deepEqual(faults, []);
  assert(count > 100, `found ${count} imports`);
});

Deno.test("a folder of pipeline/ may import only those listed before it", () => {
  const layers = rules.flatMap(({ of, may }) => {
    const [, name] = /^\^pipeline\\\/(\w+)\\\/$/.exec(of.source) ?? [];
    return name === undefined ? [] : [{ name, may }];
  });
  assert(layers.length > 10);
  layers.forEach(({ may }, i) => {
    for (const { name } of layers.slice(i + 1)) {
      assert(!may.test(`pipeline/${name}/mod.ts`), `${layers[i]!.name}: ${name}`);
    }
  });
});

Deno.test("fault() notices imports that point the wrong way", () => {
  const wrong = (file: string, specifier: string, typeOnly = false) => fault(file, { specifier, typeOnly });
  assert.equal(
    wrong("pipeline/graph/wire.ts", "../../plugins/mod.ts"),
    "pipeline/graph/wire.ts may not import plugins/mod.ts",
  );
  assert.equal(
    wrong("lib/tensor/ops/mod.ts", "../../image/mod.ts"),
    "lib/tensor/ops/mod.ts may not import lib/image/mod.ts",
  );
  assert.match(wrong("plugins/sampler/ddim.ts", "../schedule/cosine.ts")!, /may not import plugins\/schedule/);
  assert.match(wrong("plugins/sampler/ddim.ts", "denoise")!, /may not import mod\.ts/);
  assert.match(wrong("plugins/sampler/ddim.ts", "../../plugin.ts")!, /as a user's does/);
  assert.match(wrong("plugin.ts", "./pipeline/kinds/mod.ts")!, /but for types/);
  assert.match(wrong("pipeline/graph/wire.ts", "../run/log.ts")!, /may not import pipeline\/run\/log\.ts/);
  assert.match(wrong("pipeline/run/trainer.ts", "../view/report/page.ts")!, /may not import/);
  assert.match(wrong("cli/run.ts", "../pipeline/commands/train.ts")!, /may not import/);
  assert.equal(wrong("cli/run.ts", "../mod.ts"), undefined);
  assert.match(wrong("elsewhere/new.ts", "./other.ts")!, /no rule/);
  assert.equal(wrong("plugin.ts", "./pipeline/kinds/mod.ts", true), undefined);
  assert.equal(wrong("plugins/sampler/ddim.ts", "./shared/solver.ts"), undefined);
  assert.equal(wrong("plugins/sampler/ddim.ts", "denoise/plugin"), undefined);
  assert.equal(wrong("lib/tensor/ops/mod.ts", "@tensorflow/tfjs"), undefined);
});

Deno.test("importsOf() finds imports of every form", () => {
  const text = `/** import x from "comment"; */
import a, { b } from "one";
import type { c } from "two";
import {
  d,
  type e,
} from "./three.ts";
import "four";
export * from "five";
export type * from "six";
// import f from "comment";
const text = \`
import g from "text";
\`;
const h = { lazy: () => import("./seven.ts") };
const from = "no import";
`;
  assert.deepEqual(importsOf(text).map(({ specifier, typeOnly }) => specifier + (typeOnly ? " (type)" : "")), [
    "one",
    "two (type)",
    "./three.ts",
    "four",
    "five",
    "six (type)",
    "./seven.ts",
  ]);
});
