/**
 * Draws sixteen pictures of a trained model into one PNG file:
 *
 *     deno run -P=train examples/train.ts
 *     deno run -P=train examples/sample.ts runs/small small.png
 *
 * @module
 */
import { builtins, sample, terminalConsole } from "denoise";

const [run = "runs/small", grid = "small.png", ...overrides] = Deno.args;
const console = terminalConsole();

// The same seed gives the same picture, in batches of any size.
const { images } = await sample(run, { plugins: builtins, count: 16, seed: 7, grid, overrides }, console);
console.results.line(`${images.length} pictures, seeds ${images[0]?.seed} to ${images.at(-1)?.seed}`);
