/** Tests of where paths in recipes start. */
import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { builtins } from "../../mod.ts";
import { DenoiseError } from "../problems/problem.ts";
import { readRecipe } from "./read.ts";

const recipe = (folder: string, more = "") =>
  `${more}dataset: { use: image-folder, folder: ${folder} }\nnetwork: patch-unet\ntrain: { steps: 1 }\nsamplers: {}\n`;

/** A folder with these files; the folder of the dataset of one of them, and its origin. */
async function inFolder(
  files: Readonly<Record<string, string>>,
  test: (folder: string, of: (file: string, ...overrides: string[]) => Promise<string>) => Promise<void>,
): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.mkdir(join(folder, name, ".."), { recursive: true });
      await Deno.writeTextFile(join(folder, name), text);
    }
    await test(folder, async (file, ...overrides) => {
      const read = await readRecipe(join(folder, file), { plugins: builtins, overrides });
      const { options } = read.stages.find(({ kind }) => kind === "dataset")!;
      assert.equal((read.resolved.dataset as { folder: string }).folder, options.folder, "a run keeps it");
      return options.folder as string;
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a path is relative to the file that says it, and a typed one to the working directory", () =>
  inFolder({
    "own/r.yaml": recipe("pictures"),
    "own/deep/over.yaml": `extends: ../r.yaml\n`,
    "own/deep/other.yaml": `extends: ../r.yaml\ndataset: { folder: there }\n`,
  }, async (folder, of) => {
    assert.equal(await of("own/r.yaml"), join(folder, "own", "pictures"));
    assert.equal(await of("own/deep/over.yaml"), join(folder, "own", "pictures"));
    assert.equal(await of("own/deep/other.yaml"), join(folder, "own", "deep", "there"));
    assert.equal(await of("own/r.yaml", "dataset.folder=typed"), resolve("typed"));
    assert.equal(await of("own/r.yaml", `dataset.folder=${folder}`), folder);
    assert.equal(await of("own/r.yaml", 'dataset.folder="~/x"'), "~/x", "told as it is written");
  }));

Deno.test("a change of a recipe that is read counts as typed, and leaves what its file says where that is", () =>
  inFolder({ "own/r.yaml": recipe("pictures") }, async (folder) => {
    const read = await readRecipe(join(folder, "own", "r.yaml"), { plugins: builtins });
    const folderOf = async (...changes: Parameters<typeof read.with>) => {
      const { options } = (await read.with(...changes)).stages.find(({ kind }) => kind === "dataset")!;
      return options.folder;
    };
    assert.equal(await folderOf([{ path: ["seed"], value: 3 }]), join(folder, "own", "pictures"));
    assert.equal(await folderOf([{ path: ["dataset", "folder"], value: "typed" }]), resolve("typed"));
  }));

Deno.test("a relative path in the recipe of a run is one of an older version: it starts above the run folder", () =>
  inFolder({
    "project/pictures/.keep": "",
    "project/runs/r/recipe.yaml": recipe("pictures"),
    "project/runs/r/log.jsonl": "",
    "project/runs/r-sweep/one/recipe.yaml": recipe("pictures"),
    "project/runs/r-sweep/one/log.jsonl": "",
    "lost/runs/r/recipe.yaml": recipe("pictures"),
    "lost/runs/r/log.jsonl": "",
  }, async (folder, of) => {
    const pictures = join(folder, "project", "pictures");
    assert.equal(await of("project/runs/r"), pictures);
    assert.equal(await of("project/runs/r/recipe.yaml"), pictures);
    assert.equal(await of("project/runs/r-sweep/one"), pictures);
    assert.equal(await of("lost/runs/r"), resolve("pictures"), "as it was read before");
  }));

Deno.test("a problem in a recipe that a checkpoint holds says that it is held there, and what changes it", async () => {
  const { writeSafetensors } = await import("../run/safetensors.ts");
  await inFolder({}, async (folder) => {
    const file = join(folder, "step-000001.safetensors");
    await writeSafetensors(file, {}, { recipe: recipe("pictures", "sed: 7\n") });
    const error = await readRecipe(file, { plugins: builtins }).then(() => assert.fail(), (error) => error);
    assert.ok(error instanceof DenoiseError);
    assert.match(error.problems[0]!.help.at(-1)!, /^a checkpoint is not edited: change the value on the command line/);
  });
});
