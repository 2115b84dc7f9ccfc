/**
 * What the tasks of deno.json start: it reads the command line and the recipe's text, and runs the command in a process
 * that may do what the command needs, in the folder that it was typed in. It loads no plugin.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { scratchVariable } from "../../lib/files/scratch.ts";
import { visibleJson } from "../../lib/text/visible.ts";
import { nativeLines, nativeLogVariable } from "../../lib/xla/runtime/native_log.ts";
import { launchedVariable } from "../../lib/xla/runtime/request.ts";
import { endedEarly } from "./ended_early.ts";
import { serveRequests } from "./installer.ts";
import { permissionsFor } from "./permissions.ts";
import { deno, fontVariables, installedIn, isBinary, ownProgram, packageVariables, root } from "./surroundings.ts";
import { withTestFiles } from "./test_files.ts";
import { taskCommand, typedIn } from "./typed.ts";
import { takeApart } from "./words.ts";

/** Programs besides the command line: measurements and tests of this repository, with a set of permissions of its own. */
const programs: Readonly<Record<string, { readonly file: string; readonly permissions: string }>> = {
  "bench": { file: "tests/bench/mod.ts", permissions: "-P=bench" },
  "bench:keras": { file: "tests/bench/beside_keras.ts", permissions: "-P=bench" },
  "bench:serve": { file: "tests/bench/serve.ts", permissions: "-P=bench" },
  "tests:plugin": { file: "tests/plugin.ts", permissions: "-P=runtime" },
  "bench:handover": { file: "tests/bench/handover.ts", permissions: "-P=train" },
};

/** Commands whose steps each allocate gigabytes, which then come from huge pages. glibc reads it when a process starts. */
const large = ["run", "sample", "serve", "picture", "evaluate", "sweep", "bench:keras", "bench:serve"];

/** Ends of a process that a fault of its code makes. */
const crashes: readonly string[] = ["SIGABRT", "SIGBUS", "SIGFPE", "SIGILL", "SIGSEGV"];

const words = takeApart(Deno.args);
const [name] = words.plain;
const cwd = await typedIn();
const isInstalled = isBinary || installedIn !== undefined;
const program = name === undefined || isInstalled ? undefined : programs[name];
// A name that nobody else knows: only this command may use it, and it makes the folder where it needs one.
const scratch = join(tmpdir(), `denoise-${crypto.randomUUID()}`);
const nativeLog = join(scratch, "native.log");
const flags = program === undefined ? await permissionsFor({ ...words, name, cwd, scratch }) : [program.permissions];
const args = program === undefined ? words.others : words.others.toSpliced(words.others.indexOf(name!), 1);
const file = ownProgram(program?.file ?? "cli.ts");

const host = deno();
const config = ["--config", join(root, "deno.json")];
// What is installed holds no tests, but runs those that `new` writes.
const whole = isInstalled && name === "test"
  ? ["test", "--quiet", "--no-check", "--no-prompt", ...config, "-P", ...await withTestFiles(Deno.args.slice(1), cwd)]
  : ["run", "--quiet", "--no-prompt", ...config, ...flags, file, ...args];

const child = spawn(
  host.program,
  [...host.words, ...whole],
  {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    cwd,
    env: {
      ...(large.includes(name ?? "") ? { GLIBC_TUNABLES: "glibc.malloc.hugetlb=1" } : {}),
      ...fontVariables(),
      ...process.env,
      ...packageVariables(cwd),
      DENOISE_TASK: await taskCommand(cwd),
      [launchedVariable]: "1",
      [scratchVariable]: scratch,
      [nativeLogVariable]: nativeLog,
    },
  },
);
serveRequests(child, cwd);

// The command decides what a signal does. A terminal sends it one as well; it takes the second for an echo.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  if (Deno.build.os === "windows" && signal !== "SIGINT") continue;
  Deno.addSignalListener(signal, () => pass(signal));
}

/** Passes a signal on: not by `child.kill`, after which the child counts as killed by it, however it ends. */
function pass(signal: Deno.Signal): void {
  try {
    Deno.kill(child.pid!, signal);
  } catch {
    // It has ended already.
  }
}
child.on("error", (error) => {
  console.error(`Cannot start ${host.program}: ${error.message}`);
  Deno.exit(1);
});
child.on("exit", (code, signal) => {
  if (signal !== null && crashes.includes(signal)) tellOfCrash(signal);
  // A command removes the file as it ends, unless native code ends it, or an error that nobody catches.
  if (code !== null && code !== 0 && existsSync(nativeLog)) tellOfEnding(code);
  Deno.exit(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
});

/** Shows what native code wrote last: the process cannot any more. */
function tellOfCrash(signal: string): void {
  const lines = nativeLines(nativeLog);
  console.error(`\nThe command crashed (${signal})${lines.length === 0 ? "" : "; what it wrote last:"}`);
  for (const line of lines) console.error(`  ${line}`);
}

/** Says why native code ended the process: with `--json` as an answer, too. */
function tellOfEnding(exitCode: number): void {
  const { message, help } = endedEarly(`exit code ${exitCode}`, nativeLines(nativeLog), process.env.XLA_FLAGS);
  console.error(message);
  for (const line of help) console.error(`  ${line}`);
  if (!words.options.has("json")) return;
  const error = { message, exitCode, problems: [{ code: "ended-early", message, help }] };
  console.log(visibleJson({ error }, 2));
}
