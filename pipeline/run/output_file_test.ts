/** Tests of output_file.ts: no command writes over a recipe, a checkpoint, a log or kept measurements. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { builtins } from "../../mod.ts";
import { DenoiseError } from "../problems/problem.ts";
import { memoryConsole } from "../terminal/memory_console.ts";
import { evaluate } from "../commands/evaluate.ts";
import { checkEvaluationFile, checkOutput, checkSchemaFile } from "./output_file.ts";

/** The code of the problem that something is refused with; undefined where it is not. */
async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    assert(error instanceof DenoiseError, error as Error);
    return error.problems[0]!.code;
  }
}

async function inFolder(test: (path: (name: string, text?: string) => Promise<string>) => Promise<void>) {
  const folder = await Deno.makeTempDir({ prefix: "output_" });
  try {
    await test(async (name, text) => {
      const path = join(folder, name);
      if (text !== undefined) await Deno.writeTextFile(path, text);
      return path;
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("checkEvaluationFile() lets an evaluation be replaced, and nothing else", () =>
  inFolder(async (path) => {
    const evaluation = JSON.stringify({ checkpoint: "a.safetensors", step: 5, metrics: [] });
    const cases: [code: string | undefined, name: string, text?: string][] = [
      [undefined, "new.json"],
      [undefined, "NEW.JSON"],
      [undefined, "evaluation-step-000005.json", evaluation],
      [undefined, "again.json", evaluation],
      ["output-format", "recipe.yaml", "name: mine\n"],
      ["output-format", "log.jsonl", "{}\n"],
      ["output-format", "step-000005.safetensors", "weights"],
      ["output-format", "without-ending"],
      ["output-kept", "sweep.json"],
      ["output-kept", "kid-step-000005.json"],
      ["output-kept", "kid-step-000005-ema-0.07.json"],
      ["output-kept", "samples.json"],
      ["output-taken", "deno.json", `{ "tasks": {} }`],
      ["output-taken", "list.json", "[]"],
      ["output-taken", "null.json", "null"],
      ["output-taken", "recipe.json", "name: mine\n"],
    ];
    for (const [code, name, text] of cases) {
      assert.equal(await codeOf(checkEvaluationFile(await path(name, text))), code, name);
    }
    const folder = await path("folder.json");
    await Deno.mkdir(folder);
    assert.equal(await codeOf(checkEvaluationFile(folder)), "output-taken");
  }));

Deno.test("evaluate() refuses a file for the numbers before it looks for the run", () =>
  inFolder(async (path) => {
    const json = await path("recipe.yaml", "name: mine\n");
    const work = evaluate(await path("no-run"), { plugins: builtins, json }, memoryConsole());
    assert.equal(await codeOf(work), "output-format");
    assert.equal(await Deno.readTextFile(json), "name: mine\n");
  }));

Deno.test("checkSchemaFile() lets a JSON Schema be replaced, and nothing else", () =>
  inFolder(async (path) => {
    const schema = await Deno.readTextFile(new URL("../../recipe.schema.json", import.meta.url));
    assert.equal(await codeOf(checkSchemaFile(await path("new.json"))), undefined);
    assert.equal(await codeOf(checkSchemaFile(await path("schema.json", schema))), undefined);
    const settings = `{ "$schema": "https://deno.land/x/deno/cli/schemas/config-file.v1.json" }`;
    assert.equal(await codeOf(checkSchemaFile(await path("deno.json", settings))), "output-taken");
    assert.equal(await codeOf(checkSchemaFile(await path("recipe.yaml", "name: mine\n"))), "output-format");
  }));

Deno.test("checkOutput() asks what is there, and only where something is", () =>
  inFolder(async (path) => {
    const asked: string[] = [];
    const isOwn = (text: string) => asked.push(text) > 0 && text === "own";
    assert.equal(await codeOf(checkOutput(await path("a.md"), "a graph", [".md"], isOwn)), undefined);
    assert.equal(await codeOf(checkOutput(await path("b.md", "own"), "a graph", [".md"], isOwn)), undefined);
    assert.equal(await codeOf(checkOutput(await path("c.md", "other"), "a graph", [".md"], isOwn)), "output-taken");
    assert.deepEqual(asked, ["own", "other"]);
  }));
