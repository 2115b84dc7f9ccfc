/** Tests of which code a recipe may run: a checkpoint, a run folder and a base from elsewhere are data. */
import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { z } from "zod";
import type { AnyPlugin } from "../kinds/plugin.ts";
import { DenoiseError } from "../problems/problem.ts";
import { formatProblems } from "../problems/format.ts";
import { codeOfLibrary, codeOfPlugin } from "../trust/code.ts";
import { remember } from "../trust/record.ts";
import type { Trust } from "../trust/trust.ts";
import { fakes } from "./fake_plugins.ts";
import { readRecipe } from "./read.ts";
import { checkpoint, type Files, inFolder, smallest } from "./testing.ts";
import type { PluginSource } from "./types.ts";

const plugins = "plugins: [./mine.ts]\n";
const stored = (recipe: string) => checkpoint({ recipe });

/** A backend that loads a library, and a dataset with a folder and an address. */
const outside: PluginSource = {
  ...fakes,
  names: (kind) => [...fakes.names(kind), ...(kind === "backend" ? ["native"] : kind === "dataset" ? ["web"] : [])],
  load: (kind, name) => {
    const plugin = (options: z.ZodRawShape, outside: AnyPlugin["outside"]) =>
      Promise.resolve(
        { kind, name, summary: "x", options: z.object(options), outside, create: () => ({}) } as unknown as AnyPlugin,
      );
    if (name === "native") return plugin({ library: z.string().optional() }, { library: "library" });
    if (name !== "web") return fakes.load(kind, name);
    const address = z.string().default("https://usual");
    return plugin({ folder: z.string().optional(), address }, { folder: "file", address: "address" });
  },
};

interface Outcome {
  /** Names of the plugin files that were loaded. */
  readonly loaded: readonly string[];
  readonly codes: readonly string[];
  readonly printed: string;
}

/** Reads a recipe among these files, with a state of its own. */
async function outcome(
  files: Files,
  file: string,
  trust: Trust | (() => Promise<Trust>) = {},
  overrides: readonly string[] = [],
): Promise<Outcome> {
  const before = Deno.env.get("DENOISE_STATE");
  try {
    return await inFolder(files, async () => {
      Deno.env.set("DENOISE_STATE", resolve("state"));
      const loaded: string[] = [];
      const source: PluginSource = {
        ...outside,
        withFiles: (
          names,
        ) => (loaded.push(...names.map((name) => name.slice(Deno.cwd().length + 1))), fakes.withFiles([])),
      };
      const given = typeof trust === "function" ? await trust() : trust;
      try {
        await readRecipe(file, { plugins: source, overrides, trust: given });
        return { loaded, codes: [], printed: "" };
      } catch (error) {
        if (!(error instanceof DenoiseError)) throw error;
        const printed = formatProblems(error.problems, { colour: false }).replaceAll(Deno.cwd(), "HERE");
        return { loaded, codes: error.problems.map(({ code }) => code), printed };
      }
    });
  } finally {
    if (before === undefined) Deno.env.delete("DENOISE_STATE");
    else Deno.env.set("DENOISE_STATE", before);
  }
}

/** Where recipes that the user did not type come from, each naming `mine.ts` as the folder `shared` sees it. */
const elsewhere: Readonly<Record<string, { files: Files; file: string }>> = {
  "a checkpoint": { files: { "shared/x.safetensors": stored(smallest + plugins) }, file: "shared/x.safetensors" },
  "a run folder": { files: { "shared/recipe.yaml": smallest + plugins }, file: "shared" },
  "the recipe in a run folder": {
    files: { "shared/recipe.yaml": smallest + plugins, "shared/log.jsonl": "" },
    file: "shared/recipe.yaml",
  },
  "a base that is a checkpoint": {
    files: { "r.yaml": "extends: shared/x.safetensors\n", "shared/x.safetensors": stored(smallest + plugins) },
    file: "r.yaml",
  },
  "a base that is a run folder": {
    files: { "r.yaml": "extends: shared\n", "shared/recipe.yaml": smallest + plugins },
    file: "r.yaml",
  },
  "a base outside the folder of the recipe": {
    files: { "own/r.yaml": "extends: ../shared/base.yaml\n", "shared/base.yaml": smallest + plugins },
    file: "own/r.yaml",
  },
  "the base of such a base, back in the folder": {
    files: {
      "own/r.yaml": "extends: ../base.yaml\n",
      "base.yaml": "extends: own/shared/base.yaml\n",
      "own/shared/base.yaml": smallest + plugins,
      "own/shared/mine.ts": "",
    },
    file: "own/r.yaml",
  },
};

for (const [what, { files: given, file }] of Object.entries(elsewhere)) {
  const files = { "shared/mine.ts": "1", ...given };
  const path = Object.keys(files).find((name) => name.endsWith("own/shared/mine.ts")) ?? "shared/mine.ts";

  Deno.test(`readRecipe() runs no code that ${what} names`, async () => {
    for (const trust of [{}, { trained: true }]) {
      const { loaded, codes, printed } = await outcome(files, file, trust);
      assert.deepEqual([loaded, codes], [[], ["plugin-untrusted"]]);
      assert.match(printed, new RegExp(`Cannot load the plugin file "./mine.ts"[^]*the file is HERE/${path}`));
      assert.match(printed, new RegExp(`add --plugins HERE/${path}${"trained" in trust ? ", or --trust" : "$"}`, "m"));
    }
  });

  Deno.test(`readRecipe() runs the code that ${what} names once the user names the file, or trusts all`, async () => {
    assert.deepEqual((await outcome(files, file, { plugins: [path] })).loaded, [path]);
    assert.deepEqual((await outcome(files, file, {}, [`plugins=[${path}]`])).loaded, [path]);
    const told: string[] = [];
    const all = { all: true, tell: (names: readonly string[]) => void told.push(...names) };
    assert.deepEqual((await outcome(files, file, all)).loaded, [path]);
    assert.deepEqual(told.map((name) => name.endsWith(path)), [true]);
  });

  Deno.test(`readRecipe() runs the code that ${what} names where the user has trained with it`, async () => {
    const trained = (after: () => Promise<void> = async () => {}) => async () => {
      await remember([await codeOfPlugin(path)]);
      await after();
      return { trained: true };
    };
    assert.deepEqual((await outcome(files, file, trained())).loaded, [path]);
    const edited = await outcome(files, file, trained(() => Deno.writeTextFile(path, "2")));
    assert.deepEqual([edited.loaded, edited.codes], [[], ["plugin-untrusted"]]);
    assert.match(edited.printed, /it has changed since you trained with it/);
    const unasked = await outcome(files, file, async () => ({ ...await trained()(), trained: false }));
    assert.deepEqual([unasked.loaded, unasked.codes], [[], ["plugin-untrusted"]], "validate and graph");
    assert.doesNotMatch(unasked.printed, /changed|--trust/);
  });
}

Deno.test("readRecipe() asks again where a file has changed that a plugin imports", async () => {
  const files = {
    "x.safetensors": stored(smallest + plugins),
    "mine.ts": `import "./helper.ts";`,
    "helper.ts": "1",
  };
  const trained = (text: string) => async () => {
    await remember([await codeOfPlugin("mine.ts")]);
    await Deno.writeTextFile("helper.ts", text);
    return { trained: true };
  };
  assert.deepEqual((await outcome(files, "x.safetensors", trained("1"))).loaded, ["mine.ts"]);
  assert.deepEqual((await outcome(files, "x.safetensors", trained("2"))).codes, ["plugin-untrusted"]);
});

Deno.test("readRecipe() runs what a typed recipe and the bases below its folder name, without a word", async () => {
  const files = {
    "own/r.yaml": "extends: bases/base.yaml\nplugins: [mine.ts, ../other.ts]\n",
    "own/bases/base.yaml": smallest + "plugins: [more.mjs]\n",
    "own/mine.ts": "",
    "own/bases/more.mjs": "",
    "other.ts": "",
  };
  const { loaded, printed } = await outcome(files, "own/r.yaml");
  assert.deepEqual([loaded, printed], [["own/bases/more.mjs", "own/mine.ts", "other.ts"], ""]);
});

Deno.test("readRecipe() takes a file that the user names in place of one of that name elsewhere, and no other", async () => {
  const files = {
    "x.safetensors": stored(smallest + "plugins: [/gone/mine.ts]\n"),
    "here/mine.ts": "",
    "other.ts": "",
  };
  assert.deepEqual((await outcome(files, "x.safetensors", { plugins: ["here/mine.ts"] })).loaded, ["here/mine.ts"]);
  const other = await outcome(files, "x.safetensors", { plugins: ["other.ts"], trained: true });
  assert.deepEqual(other.codes, ["plugin-untrusted"]);
  assert.match(other.printed, /the file would be \/gone\/mine\.ts, which does not exist/);
});

Deno.test("readRecipe() says which plugins a checkpoint lacks", async () => {
  const recipe = `${plugins}${smallest.replace("emoji", "mine")}samplers: { a: { use: halves }, b: ddim }\n`;
  const { printed } = await outcome({ "x.safetensors": stored(recipe), "mine.ts": "" }, "x.safetensors");
  assert.match(printed, /not built in, and used by the recipe: dataset "mine", sampler "halves"/);
});

Deno.test("readRecipe() takes no plugin of another ending, wherever it is named, and never the checkpoint", async () => {
  const all = { all: true };
  for (const [name, code] of [["x.safetensors", "plugin-is-checkpoint"], ["mine.txt", "plugin-ending"]] as const) {
    const files = { "x.safetensors": stored(`${smallest}plugins: [./${name}]\n`), "mine.txt": "" };
    for (const trust of [{}, all, { plugins: [name] }]) {
      const { loaded, codes } = await outcome(files, "x.safetensors", trust);
      assert.deepEqual([loaded, codes], [[], [code]], name);
    }
  }
  const typed = await outcome({ "r.yaml": smallest + "plugins: [mine.txt]\n", "mine.txt": "" }, "r.yaml");
  assert.deepEqual(typed.loaded, []);
  assert.equal(
    typed.printed,
    `r.yaml:4:11 Cannot load "mine.txt" as a plugin: plugin files end in .ts, .js or .mjs
   2 | network: residual-unet
   3 | train: { epochs: 3 }
   4 | plugins: [mine.txt]
     |           ^^^^^^^^
  rename the file, or remove it from plugins

1 problem in r.yaml`,
  );
});

Deno.test({
  name: "readRecipe() sees through links to a checkpoint",
  ignore: Deno.build.os === "windows", // links need a privilege there
  fn: async () => {
    for (const link of ["symlink", "link"] as const) {
      const files = { "x.safetensors": stored(smallest + plugins) };
      const trust = async () => {
        await Deno[link]("x.safetensors", "mine.ts");
        return { all: true };
      };
      const { loaded, codes } = await outcome(files, "x.safetensors", trust);
      assert.deepEqual([loaded, codes], [[], ["plugin-is-checkpoint"]], link);
    }
  },
});

Deno.test("readRecipe() reads no other file for the recipe in a checkpoint", async () => {
  const files = { "x.safetensors": stored(`extends: base.yaml\n${smallest}`), "base.yaml": "secret: 1\n" };
  const { codes, printed } = await outcome(files, "x.safetensors", { all: true });
  assert.deepEqual(codes, ["extends-in-checkpoint"]);
  assert.doesNotMatch(printed, /secret/);
});

Deno.test("readRecipe() loads a library for a recipe from elsewhere only where the user says so", async () => {
  const library = "backend: { use: native, library: lib.so }\n";
  const files = { "x.safetensors": stored(smallest + library), "r.yaml": smallest + library, "lib.so": "1" };
  assert.deepEqual((await outcome(files, "r.yaml")).codes, [], "a typed recipe");
  assert.deepEqual((await outcome(files, "x.safetensors", { trained: true })).codes, ["library-untrusted"]);
  assert.deepEqual((await outcome(files, "x.safetensors", { all: true })).codes, []);
  assert.deepEqual((await outcome(files, "x.safetensors", {}, ["backend.library=lib.so"])).codes, []);
  assert.deepEqual((await outcome(files, "x.safetensors", {}, ["backend=auto"])).codes, []);
  const trained = (text: string) => async () => {
    await remember([await codeOfLibrary("lib.so")]);
    await Deno.writeTextFile("lib.so", text);
    return { trained: true };
  };
  assert.deepEqual((await outcome(files, "x.safetensors", trained("1"))).codes, []);
  assert.deepEqual((await outcome(files, "x.safetensors", trained("22"))).codes, ["library-untrusted"]);
  const unasked = async () => ({ ...await trained("1")(), trained: false });
  assert.deepEqual((await outcome(files, "x.safetensors", unasked)).codes, ["library-untrusted"], "validate and graph");
});

Deno.test("readRecipe() opens no path of another computer that a recipe from elsewhere names", async () => {
  for (
    const [folder, codes] of [["//host/share", ["network-path"]], ["\\\\host\\share", ["network-path"]], [
      "a//b",
      [],
    ]] as const
  ) {
    const dataset = `{ use: web, folder: ${JSON.stringify(folder)} }`;
    const files = { "x.safetensors": stored(smallest.replace("emoji", dataset)) };
    assert.deepEqual((await outcome(files, "x.safetensors")).codes, codes, folder);
    assert.deepEqual((await outcome(files, "x.safetensors", {}, ["dataset.folder=//host/share"])).codes, []);
  }
});

Deno.test("Recipe.isFromElsewhere() tells what the user typed from what came with a checkpoint", async () => {
  const files = { "x.safetensors": stored(smallest + "seed: 3\n"), "r.yaml": "extends: x.safetensors\nname: mine\n" };
  await inFolder(files, async () => {
    const recipe = await readRecipe("r.yaml", { plugins: fakes, overrides: ["network.block_depth=2"] });
    const at = (...path: string[]) => recipe.isFromElsewhere(path);
    assert.deepEqual([at("seed"), at("name"), at("network", "block_depth"), at("ema", "decay")], [
      true,
      false,
      false,
      false,
    ]);
    const trusted = await readRecipe("r.yaml", { plugins: fakes, trust: { all: true } });
    assert.equal(trusted.isFromElsewhere(["seed"]), false);
    assert.deepEqual(recipe.code, []);
  });
  await inFolder({ "r.yaml": smallest + plugins, "mine.ts": "1" }, async () => {
    const { code } = await readRecipe("r.yaml", { plugins: fakes });
    assert.deepEqual(code, [await codeOfPlugin(join(Deno.cwd(), "mine.ts"))]);
  });
});
