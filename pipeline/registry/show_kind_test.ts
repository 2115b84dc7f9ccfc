/** Tests of show_kind.ts and declarations.ts: what people read about a kind is what the code says. */
import assert from "node:assert/strict";
import { lawsOf } from "../contract/contract.ts";
import { type Kind, kinds } from "../kinds/mod.ts";
import { DenoiseError } from "../problems/problem.ts";
import { declarationsIn } from "./declarations.ts";
import { createRegistry } from "./registry.ts";
import { isScaffoldKind, templateText } from "./scaffold.ts";
import { findPlugin } from "./show.ts";
import { showKind } from "./show_kind.ts";

const source = createRegistry({ "sampler/walker": () => Promise.reject(new Error("Not loaded")) }, {});
const kindNames = Object.keys(kinds) as Kind[];

/** A text without the two columns that it is indented by. */
const outdented = (text: string) => text.replaceAll(/^ {2}/gm, "");

Deno.test("showKind() prints interface, laws and template of every kind, as they are in the code", async () => {
  for (const kind of kindNames) {
    const text = outdented(await showKind(source, kind));
    assert.match(text, new RegExp(`^${kind} +${kinds[kind].summary}$`, "m"));
    assert.match(text, new RegExp(`^export interface ${kind} \\{$`, "mi"), kind);
    assert.ok(lawsOf(kind).length > 0);
    for (const law of lawsOf(kind)) assert.ok(text.replaceAll(/\n {2}/g, " ").includes(`- ${law}`), `${kind}: ${law}`);
    for (const option of Object.keys(kinds[kind].options)) assert.match(text, new RegExp(`^${option} `, "m"));
    if (isScaffoldKind(kind)) {
      assert.ok(text.includes((await templateText(kind, `my-${kind}`)).trimEnd()), kind);
      assert.match(text, new RegExp(`^deno task new ${kind} my-${kind}$`, "m"));
    }
    assert.doesNotMatch(text, /\bundefined$|\[object/m);
  }
});

Deno.test("showKind() prints the declarations of a sampler with their comments, and those that they name", async () => {
  const text = outdented(await showKind(source, "sampler"));
  assert.match(text, /^sampler +noise to images\n +walker$/m);
  const file = await Deno.readTextFile(new URL("../kinds/sampler.ts", import.meta.url));
  assert.ok(text.includes(file.slice(file.indexOf("/** What a step may call. */")).trimEnd()));
  for (const name of ["interface Random {", "type Rates = {", "type Components = {", "type TensorRecord ="]) {
    assert.ok(text.includes(`export ${name}`), name);
  }
  assert.ok(!text.includes("import type"));
  assert.ok(!text.includes("samplerOptions"));
});

Deno.test("declarationsIn() prints each type once, and nothing that is not a type", async () => {
  for (const kind of kindNames) {
    const texts = await declarationsIn(new URL(`../kinds/${kind}.ts`, import.meta.url));
    const names = texts.map((text) => /^export (?:interface|type) (\w+)/m.exec(text)![1]);
    assert.equal(new Set(names).size, names.length, kind);
    for (const text of texts) {
      assert.match(text, /^\/\*\*/, "begins with its comment");
      assert.equal(text.match(/^export /gm)!.length, 1, text);
    }
  }
});

Deno.test("findPlugin() guesses a kind as well as a plugin", async () => {
  await assert.rejects(findPlugin(source, "samplr"), (error) => {
    assert.ok(error instanceof DenoiseError);
    assert.match(error.problems[0]!.help[0]!, /^did you mean sampler\? Its plugins: /);
    return true;
  });
});
