/** Tests of Ctrl-C, in a process of its own. */
import assert from "node:assert/strict";

const module = new URL("./interrupt.ts", import.meta.url).href;

/**
 * Runs a program that waits for its first interruption, and interrupts it. Interrupted `times` times it then computes
 * for ten seconds without looking up, once it finishes soon. Each signal comes again after `apart` milliseconds.
 */
async function interrupted(signal: Deno.Signal, times: number, apart: number[] = []) {
  const source = `
    import { onInterrupt } from ${JSON.stringify(module)};
    const interruption = onInterrupt();
    interruption.signal.addEventListener("abort", () => {
      console.log("asked");
      ${
    times === 1
      ? "setTimeout(() => console.log('finished'), 500);"
      : "setTimeout(() => { const end = Date.now() + 10_000; while (Date.now() < end); });"
  }
    });
    console.log("ready");
    const timer = setInterval(() => interruption.signal.aborted && clearInterval(timer), 5);
  `;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, source);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--no-config", "--allow-read", file],
    stdout: "piped",
  }).spawn();
  const late = setTimeout(() => child.kill("SIGKILL"), 30_000);
  let said = "";
  let sent = 0;
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    said += text;
    if (said.includes("ready") && sent === 0) {
      child.kill(signal), sent++;
      for (const after of apart) setTimeout(() => child.kill(signal), after);
    }
    if (said.includes("asked") && sent < times) {
      sent++;
      setTimeout(() => child.kill(signal), 1000); // no echo any more
    }
  }
  const status = await child.status;
  clearTimeout(late);
  await Deno.remove(file);
  return { said, status };
}

const posix = { ignore: Deno.build.os === "windows" };

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`onInterrupt() lets the program finish after the first ${signal}`, posix, async () => {
    const { said, status } = await interrupted(signal, 1);
    assert.equal(said, "ready\nasked\nfinished\n");
    assert.equal(status.code, 0);
  });
}

Deno.test("onInterrupt() takes the echoes of a SIGINT for the same", posix, async () => {
  const { said, status } = await interrupted("SIGINT", 1, [1, 20, 60]);
  assert.equal(said, "ready\nasked\nfinished\n");
  assert.equal(status.code, 0);
});

Deno.test("onInterrupt() ends the program at once at the second SIGINT, however busy it is", posix, async () => {
  const start = Date.now();
  const { said, status } = await interrupted("SIGINT", 2);
  assert.equal(said, "ready\nasked\n");
  assert.equal(status.signal, "SIGINT");
  assert.ok(Date.now() - start < 8_000, "it did not wait for the computation");
});
