/** Imports point one way: plugins → plugin.ts, mod.ts → pipeline → plugin.ts; tensors and pictures stand alone. */
import assert from "node:assert/strict";
import { posix } from "node:path";
import { isTest, sourceFiles, textOf } from "./source_files.ts";

interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

/** What files below a path may import of this repository, the first that fits; libraries are free to all. */
const rules: readonly { readonly of: RegExp; readonly may: RegExp; readonly types?: RegExp }[] = [
  { of: /^tensor\//, may: /^tensor\// },
  { of: /^text\//, may: /^text\// },
  { of: /^image\//, may: /^(image|text)\// },
  { of: /^files\//, may: /^(files|text)\// },
  { of: /^xla\//, may: /^xla\// },
  { of: /^plugin\.ts$/, may: /^(tensor|image|files)\//, types: /^pipeline\/kinds\// },
  { of: /^plugins\/[^/]+\.ts$/, may: /^plugins\// },
  { of: /^plugins\/backend\/(auto|xla)\.ts$/, may: /^(plugin\.ts$|plugins\/backend\/|xla\/mod\.ts$)/ },
  { of: /^plugins\/([^/]+)\//, may: /^(plugin\.ts$|plugins\/$1\/)/ },
  { of: /^pipeline\//, may: /^(pipeline|tensor|image|files|text)\/|^plugin\.ts$/ },
  { of: /^testing\.ts$/, may: /^pipeline\// },
  { of: /^mod\.ts$/, may: /^(pipeline|plugins|tensor|image|files)\/|^plugin\.ts$/ },
  { of: /^cli(\.ts$|\/)/, may: /^(cli|pipeline|text)\/|^mod\.ts$|^xla\/runtime\/mod\.ts$/ },
  {
    of: /^launch\//,
    may: /^(launch|files|xla\/runtime)\/|^pipeline\/(recipe\/checkpoint|text\/shell|trust\/code)\.ts$/,
  },
  { of: /^bench\//, may: /./ },
];

const own: Readonly<Record<string, string>> = {
  "denoise": "mod.ts",
  "denoise/plugin": "plugin.ts",
  "denoise/testing": "testing.ts",
};

/** Imports of a module, those in comments and in texts left out. */
export function importsOf(text: string): Import[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "").replaceAll(/`(?:\\.|[^`\\])*`/g, "``");
  const statics = code.matchAll(/^(?:import|export)\s(type\s)?[^;"]*?(?:from\s)?"([^"\n]+)";$/gm);
  const dynamics = code.matchAll(/\bimport\("([^"\n]+)"\)/g);
  return [
    ...[...statics].map(([, type, specifier]) => ({ specifier: specifier!, typeOnly: type !== undefined })),
    ...[...dynamics].map(([, specifier]) => ({ specifier: specifier!, typeOnly: false })),
  ];
}

/** What is wrong with an import of a file; undefined where it is allowed. */
export function fault(file: string, { specifier, typeOnly }: Import): string | undefined {
  const target = own[specifier] ??
    (/^\.\.?\//.test(specifier) ? posix.join(posix.dirname(file), specifier) : undefined);
  if (target === undefined) return undefined; // a library
  const rule = rules.find(({ of }) => of.test(file));
  if (rule === undefined) return `${file} stands in a folder that tests/imports_test.ts has no rule for`;
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

Deno.test("fault() notices imports that point the wrong way", () => {
  const wrong = (file: string, specifier: string, typeOnly = false) => fault(file, { specifier, typeOnly });
  assert.equal(
    wrong("pipeline/graph/wire.ts", "../../plugins/mod.ts"),
    "pipeline/graph/wire.ts may not import plugins/mod.ts",
  );
  assert.equal(wrong("tensor/ops/mod.ts", "../../image/mod.ts"), "tensor/ops/mod.ts may not import image/mod.ts");
  assert.match(wrong("plugins/sampler/ddim.ts", "../schedule/cosine.ts")!, /may not import plugins\/schedule/);
  assert.match(wrong("plugins/sampler/ddim.ts", "denoise")!, /may not import mod\.ts/);
  assert.match(wrong("plugins/sampler/ddim.ts", "../../plugin.ts")!, /as a user's does/);
  assert.match(wrong("plugin.ts", "./pipeline/kinds/mod.ts")!, /but for types/);
  assert.match(wrong("elsewhere/new.ts", "./other.ts")!, /no rule/);
  assert.equal(wrong("plugin.ts", "./pipeline/kinds/mod.ts", true), undefined);
  assert.equal(wrong("plugins/sampler/ddim.ts", "./shared/solver.ts"), undefined);
  assert.equal(wrong("plugins/sampler/ddim.ts", "denoise/plugin"), undefined);
  assert.equal(wrong("tensor/ops/mod.ts", "@tensorflow/tfjs"), undefined);
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
