/**
 * A model that stays loaded: each picture then costs what the network costs.
 *
 *     deno run -P=train examples/generate.ts runs/quickstart 7 19 40
 *
 * @module
 */
import { loadModel } from "denoise";

const [run = "runs/quickstart", ...seeds] = Deno.args;
await using model = await loadModel(run);
for await (const picture of model.generate({ seeds: seeds.length === 0 ? [7] : seeds.map(Number) })) {
  await Deno.writeFile(`${picture.seed}.png`, await picture.png({ scale: 4 }));
}
console.log(
  `${Math.max(1, seeds.length)} pictures of ${model.recipe.name} after ${model.step} steps, ${model.backend}`,
);
