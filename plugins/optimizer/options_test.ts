/** Options that all optimizers take: what is said of those that cannot be used. */
import assert from "node:assert/strict";
import { builtins, type DenoiseError, readRecipe, wire } from "../../mod.ts";

/** What is said of a recipe with these options of the optimizer. */
async function said(options: string): Promise<string> {
  const overrides = [`optimizer={ use: adamw, ${options} }`, "backend=cpu"];
  return await readRecipe("recipes/quickstart.yaml", { plugins: builtins, overrides }).then(wire).then(
    () => "",
    ({ problems }: DenoiseError) => problems.map(({ message, help }) => [message, ...help].join("\n")).join("\n"),
  );
}

Deno.test("a length that cannot be read is answered with lengths that can", async () => {
  for (const option of ["warmup", "until", "decay_after"]) {
    for (const value of ["0", "1.5", "2 epoks", "-3 epochs", "1.5 epochs", "0 images", "[1]", "true"]) {
      const message = await said(`${option}: ${value}`);
      assert.match(message, new RegExp(`^.*Option "${option}" of optimizer/adamw cannot be `), value);
      assert.match(message, /expected a length such as 500, "500 steps", "2 epochs" or "100000 images"/, value);
    }
  }
});

Deno.test("a learning rate that would fall until before its warmup ends is refused, where that is known", async () => {
  const of = (warmup: string, until: string) => said(`schedule: cosine, warmup: ${warmup}, until: ${until}`);
  for (const [warmup, until] of [["20", "20"], ["2 epochs", "1 epoch"], ["320 images", "19 steps"]] as const) {
    assert.match(await of(warmup, until), /would fall until \w+.*\nchoose a later until, or a shorter warmup$/);
  }
  for (const [warmup, until] of [["20", "21"], ["2 epochs", "3 epochs"], ["2 epochs", "3 steps"]] as const) {
    assert.equal(await of(warmup, until), "");
  }
});
