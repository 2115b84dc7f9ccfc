/** The image holds what the program needs, and copies nothing that is not here. */
import assert from "node:assert/strict";
import { isTest, sourceFiles, textOf } from "./source_files.ts";

const dockerfile = await textOf("Dockerfile");
const copied = [...dockerfile.matchAll(/^COPY (.*) \S+$/gm)].flatMap(([, paths]) => paths!.split(" "));

Deno.test("the image copies what is here, and the build sees it", async () => {
  assert(copied.length > 10);
  const kept = (await textOf(".dockerignore")).split("\n").filter((line) => line.startsWith("!"));
  for (const path of copied) {
    assert(await Deno.stat(new URL(`../${path}`, import.meta.url)), path);
    assert(kept.includes(`!${path}`), `.dockerignore leaves out ${path}`);
  }
});

Deno.test("every source file of the program is in the image", async () => {
  const outside = (await sourceFiles()).filter((file) =>
    !isTest(file) && !/^(tests|examples)\//.test(file) &&
    !copied.some((path) => file === path || file.startsWith(`${path}/`))
  );
  assert.deepEqual(outside, []);
});

Deno.test("the image has Deno as .ci/run has it, and ends as a user without rights", async () => {
  const version = /deno@(\S+)/.exec(await textOf(".ci/run"))![1]!;
  assert.match(dockerfile, new RegExp(`npm install --global deno@${RegExp.escape(version)}\n`));
  assert.match(dockerfile, /^USER 1000:1000$/m);
});
