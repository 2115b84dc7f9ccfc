/** Installs a runtime in a process of its own, and says on standard output how far it is: answers as lines of JSON. */
import type { Answer } from "../../lib/xla/runtime/request.ts";
import { addRuntime, RuntimeError, type RuntimeName } from "../../lib/xla/runtime/mod.ts";

const [name] = Deno.args as [RuntimeName];
const stop = new AbortController();
// Stopped, it takes away what it has begun.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  if (Deno.build.os === "windows" && signal !== "SIGINT") continue;
  Deno.addSignalListener(signal, () => stop.abort());
}

const say = (answer: Answer) => {
  const bytes = new TextEncoder().encode(`${JSON.stringify(answer)}\n`);
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
};
try {
  await addRuntime(name, {
    signal: stop.signal,
    progress: (what, done, total) => say({ answer: "progress", what, done, total }),
  });
  say({ answer: "installed" });
} catch (error) {
  const help = error instanceof RuntimeError ? error.help : [];
  say({ answer: "failed", message: error instanceof Error ? error.message : String(error), help });
}
Deno.exit(0);
