/**
 * Trains a small model in code, as `deno task run` does. Words after the file change the recipe:
 *
 *     deno run -P=train examples/train.ts
 *     deno run -P=train examples/train.ts train.epochs=20 backend=wasm
 *
 * @module
 */
import { builtins, DenoiseError, formatProblems, onInterrupt, terminalConsole, train } from "denoise";

const recipe = `${import.meta.dirname}/small.yaml`;
const console = terminalConsole();
using interruption = onInterrupt(); // Ctrl-C finishes the step, saves and ends

try {
  const result = await train(recipe, { plugins: builtins, overrides: Deno.args, signal: interruption.signal }, console);
  console.results.line(`${result.outcome} after ${result.step} steps, with a loss of ${result.loss?.toFixed(4)}`);
} catch (error) {
  if (!(error instanceof DenoiseError)) throw error;
  console.warn(formatProblems(error.problems, { colour: false })); // the place, what is wrong, and how to fix it
  Deno.exitCode = 1;
}
