/** Answers a command that asks for a runtime: by a process that may run pip, and does nothing else. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import config from "../../deno.json" with { type: "json" };
import { cacheFolder } from "../../lib/files/user_folders.ts";
import { type Answer, launchedVariable, type Request } from "../../lib/xla/runtime/request.ts";
import { Places } from "./places.ts";
import { deno, ownProgram, packageFolders, packageVariables, root } from "./surroundings.ts";

/** Names that a runtime can have; the table of runtimes says whether there is one. */
const nameForm = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** Serves the requests of a command. */
export function serveRequests(command: ChildProcess, cwd: string): void {
  let installing: ChildProcess | undefined;
  command.on("message", (message) => {
    const request = message as Partial<Request & { runtime: string }> | null;
    if (request?.ask === "cancel") installing?.kill("SIGTERM");
    else if (request?.ask === "install" && installing === undefined && nameForm.test(request.runtime ?? "")) {
      void install(request.runtime!).then((answer) => command.connected && command.send(answer));
    }
  });

  async function install(runtime: string): Promise<Answer> {
    const { program, words } = deno();
    const args = [...words, ...await flags(cwd), ownProgram("cli/launch/install.ts"), runtime];
    const child = spawn(program, args, {
      stdio: ["ignore", "pipe", "inherit"],
      cwd,
      env: { ...process.env, ...packageVariables(cwd), [launchedVariable]: "0" },
    });
    installing = child;
    let last: Answer = { answer: "failed", message: `Cannot install the runtime "${runtime}"`, help: [] };
    for await (const line of createInterface({ input: child.stdout! })) {
      last = JSON.parse(line);
      if (last.answer === "progress" && command.connected) command.send(last);
    }
    installing = undefined;
    return last.answer === "progress"
      ? { answer: "failed", message: `Cannot install the runtime "${runtime}": it was stopped`, help: [] }
      : last;
  }
}

async function flags(cwd: string): Promise<string[]> {
  const { net, run, sys } = config.permissions.runtime;
  const read = new Places(cwd), write = new Places(cwd);
  await write.add(join(cacheFolder(), "runtimes"));
  await read.add(root, ...packageFolders(cwd), join(cacheFolder(), "runtimes"));
  return [
    ...["run", "--quiet", "--no-prompt", "--config", join(root, "deno.json")],
    ...[`--allow-read=${read}`, `--allow-write=${write}`, "--allow-env"],
    ...[`--allow-net=${net}`, `--allow-run=${run}`, `--allow-sys=${sys}`],
  ];
}
