/** A run of a tiny recipe, trained for real in a second: what attacks on checkpoints and commands work on. */
import { join } from "node:path";
import { builtins, image, train } from "../../mod.ts";
import { memoryConsole } from "../../pipeline/terminal/memory_console.ts";

/** Paths of its files. */
export interface SmallRun {
  readonly recipe: string;
  /** The run folder. */
  readonly run: string;
  readonly checkpoint: string;
}

/** Writes pictures and a recipe into a folder, and trains two steps. */
export async function smallRun(folder: string): Promise<SmallRun> {
  const pictures = join(folder, "pictures");
  await Deno.mkdir(pictures, { recursive: true });
  for (let i = 0; i < 8; i++) {
    const data = Uint8Array.from({ length: 8 * 8 * 3 }, (_, at) => (at * 7 + i * 31) % 256);
    await Deno.writeFile(join(pictures, `${i}.png`), await image.encodePng({ width: 8, height: 8, data }));
  }
  const recipe = join(folder, "tiny.yaml");
  await Deno.writeTextFile(
    recipe,
    `name: tiny
dataset: { use: image-folder, folder: ${JSON.stringify(pictures)}, image_size: 8, batch_size: 4, validation: 0.2 }
network: { use: residual-unet, widths: [4], block_depth: 1, embedding_dims: 4 }
samplers: { preview: { use: ddim, steps: 1 } }
metrics: [ validation-error ]
train: { steps: 2, samples: { rows: 1, columns: 1 } }
backend: cpu
`,
  );
  const options = { plugins: builtins, runs: join(folder, "runs"), cache: join(folder, "cache") };
  const { folder: run, checkpoint } = await train(recipe, options, memoryConsole());
  return { recipe, run, checkpoint: checkpoint! };
}
