/** A model that is loaded and disposed of leaves nothing behind, however often. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { pluginForTests } from "../lib/xla/testing.ts";

const plugin = pluginForTests();
const here = (path: string) => new URL(path, import.meta.url).href;

/** Loads a model thirty times; prints the megabytes besides JavaScript's own heap after each. */
const source = `
  import { builtins } from ${JSON.stringify(here("../mod.ts"))};
  import { loadModel } from ${JSON.stringify(here("../pipeline/run/load.ts"))};
  import { memoryConsole } from ${JSON.stringify(here("../pipeline/terminal/memory_console.ts"))};
  const checkpoint = ${JSON.stringify(fileURLToPath(here("./formats/checkpoint-1.safetensors")))};
  for (let i = 0; i < 30; i++) {
    await using model = await loadModel(checkpoint, { plugins: builtins, overrides: ["backend=xla"] }, memoryConsole());
    const { rss, heapTotal, external } = Deno.memoryUsage();
    console.log((rss - heapTotal - external) / 1e6);
  }`;

Deno.test({
  name: "thirty models loaded and disposed of take the memory of one",
  ignore: plugin === undefined,
  async fn() {
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--quiet", "--no-check", source],
      cwd: fileURLToPath(here("../")),
      // glibc keeps what each thread frees to itself: whose turn it is would decide how soon the size is level.
      env: { MALLOC_ARENA_MAX: "1" },
    }).output();
    const sizes = new TextDecoder().decode(stdout).trim().split("\n").map(Number);
    assert.equal(sizes.length, 30, new TextDecoder().decode(stderr));
    // The first few make room; without freeing programs each load adds 5 MB until JavaScript collects its garbage.
    const growth = sizes[29]! - sizes[5]!;
    assert.ok(growth < 25, `${growth.toFixed(1)} MB more after 24 loads: ${sizes.map(Math.round).join(" ")}`);
  },
});
