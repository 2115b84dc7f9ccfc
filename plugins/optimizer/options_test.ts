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
