#!/usr/bin/env node
/** What `npx denoise` starts in Node: Deno, a package that this one depends on, with the launcher. */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Deno's executable: its package finds the one for this system. */
function deno() {
  try {
    return createRequire(import.meta.url)("deno/install_api.cjs").runInstall();
  } catch (error) {
    console.error(`Cannot start Deno: ${error instanceof Error ? error.message.split("\n")[0] : error}`);
    console.error(
      "  install it with its optional packages, one of which holds it: npm install --include=optional denoise",
    );
    process.exit(1);
  }
}

const child = spawn(deno(), [
  ...["run", "--quiet", "--no-prompt", "--config", join(root, "deno.json"), "-P=launch"],
  ...[join(root, "cli", "launch", "launch.js"), ...process.argv.slice(2)],
], { stdio: "inherit" });

// A terminal sends Ctrl-C to all of its programs.
process.on("SIGINT", () => process.stdin.isTTY || child.kill("SIGINT"));
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => {
  console.error(`Cannot start Deno: ${error.message}`);
  process.exit(1);
});
child.on("exit", (code, signal) => process.exit(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
