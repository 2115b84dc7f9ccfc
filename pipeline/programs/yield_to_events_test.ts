/** Tests that signals are heard between steps, in a process of its own. */
import assert from "node:assert/strict";

const module = new URL("./yield_to_events.ts", import.meta.url).href;

Deno.test({
  name: "yieldToEvents() lets a signal in before the next step but one, however busy the steps are",
  ignore: Deno.build.os === "windows",
  async fn() {
    const source = `
      import { yieldToEvents } from ${JSON.stringify(module)};
      let heard = false;
      Deno.addSignalListener("SIGINT", () => heard = true);
      const busy = () => { for (const end = performance.now() + 120; performance.now() < end;); };
      for (let i = 0; i < 3; i++) { busy(); await yieldToEvents(); }
      Deno.kill(Deno.pid, "SIGINT");
      let steps = 0;
      while (!heard && steps < 100) { busy(); await yieldToEvents(); steps++; }
      console.log(steps);
      Deno.exit();
    `;
    const file = await Deno.makeTempFile({ suffix: ".ts" });
    try {
      await Deno.writeTextFile(file, source);
      const { stdout } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--quiet", "--no-check", "--no-config", "--allow-read", "--allow-run", file],
      }).output();
      const steps = Number(new TextDecoder().decode(stdout));
      assert.ok(steps >= 1 && steps <= 2, `it was heard after ${steps} steps`);
    } finally {
      await Deno.remove(file);
    }
  },
});
