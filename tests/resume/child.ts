/**
 * A training process to be killed: prints "ready" and waits for SIGKILL at the moment that its arguments name.
 *
 * Arguments: recipe, folder of runs, cache, and one of `step:N` (after N steps of this process), `write:N:PART` (when so
 * much of its Nth checkpoint is written), `rename:N` (before that checkpoint takes its name), `remove:N` (before an old
 * one is removed), `never`.
 */
import { createRegistry } from "../../pipeline/registry/registry.ts";
import { train } from "../../pipeline/commands/train.ts";
import { memoryConsole } from "../../pipeline/terminal/memory_console.ts";
import { defaults, manifest } from "../../plugins/mod.ts";

const [recipe, runs, cache, moment] = Deno.args as [string, string, string, string];
const [kind, number, part] = moment.split(":");
let left = Number(number);

/** Says that the moment has come, and stays in it. */
function stay(): never {
  Deno.stdout.writeSync(new TextEncoder().encode("ready\n"));
  while (true) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
}

const isCheckpoint = (path: unknown) => String(path).includes("checkpoints") && String(path).includes("step-");

const { open, rename, remove } = Deno;
Deno.open = async (path, options) => {
  const file = await open(path, options);
  if (kind !== "write" || options?.createNew !== true || !isCheckpoint(path) || --left > 0) return file;
  let budget = Math.floor(Number(part) * checkpointSize);
  const write = file.write.bind(file);
  file.write = async (bytes) => {
    if (bytes.length < budget) {
      budget -= bytes.length;
      return await write(bytes);
    }
    await write(bytes.subarray(0, budget));
    return stay();
  };
  return file;
};
const checkpointSize = 30_000; // bytes, roughly
Deno.rename = async (from, to) => {
  if (kind === "rename" && isCheckpoint(to) && --left === 0) stay();
  await rename(from, to);
};
Deno.remove = async (path, options) => {
  if (kind === "remove" && isCheckpoint(path) && --left === 0) stay();
  await remove(path, options);
};

const console_ = memoryConsole();
const progress = console_.progress;
console_.progress = (shown) => {
  progress(shown);
  if (kind === "step" && shown.label.startsWith("step") && --left === 0) {
    Deno.stdout.writeSync(new TextEncoder().encode("ready\n")); // and continues: the signal comes when it comes
  }
};

const result = await train(recipe, { plugins: createRegistry(manifest, defaults), runs, cache }, console_);
console.log(`${result.outcome} ${result.step}`);
