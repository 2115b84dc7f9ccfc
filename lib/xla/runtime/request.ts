/**
 * Asks the process that started this one to install a runtime. It may run pip and reach the network; this one, in which
 * plugins of users run, may not. Both sides speak by messages of `node:child_process`.
 */
import { RuntimeError } from "./error.ts";
import { findInstalled } from "./installed.ts";
import { runtimeNamed } from "./table.ts";
import type { Installed, ReportBytes, RuntimeName } from "./types.ts";

/** Name of the environment variable that tells a process that it was started by one that answers. */
export const launchedVariable = "DENOISE_LAUNCHED";

/** What is asked. */
export type Request = { readonly ask: "install"; readonly runtime: RuntimeName } | { readonly ask: "cancel" };

/** What is answered: how far it is, and how it ended. */
export type Answer =
  | { readonly answer: "progress"; readonly what: string; readonly done: number; readonly total: number }
  | { readonly answer: "installed" }
  | { readonly answer: "failed"; readonly message: string; readonly help: readonly string[] };

/** Whether there is somebody to ask. */
export function canRequest(): boolean {
  return process.env[launchedVariable] === "1" && process.connected === true && typeof process.send === "function";
}

/** Has a runtime installed. @throws RuntimeError with what to do, where it is unavailable */
export async function requestRuntime(
  runtime: RuntimeName,
  { signal, progress }: { signal?: AbortSignal | undefined; progress?: ReportBytes | undefined },
): Promise<Installed> {
  const send = (request: Request) => void process.send!(request);
  const failed = await new Promise<(Answer & { answer: "failed" }) | undefined>((resolve, reject) => {
    const end = (done: () => void) => {
      process.off("message", heard);
      process.off("disconnect", lost);
      signal?.removeEventListener("abort", cancel);
      done();
    };
    const heard = (message: unknown) => {
      const answer = message as Answer;
      if (answer.answer === "progress") progress?.(answer.what, answer.done, answer.total);
      else end(() => resolve(answer.answer === "failed" ? answer : undefined));
    };
    const lost = () =>
      end(() => reject(new RuntimeError("Cannot install a runtime: the installing process has ended", [])));
    const cancel = () => {
      send({ ask: "cancel" });
      end(() => reject(signal!.reason));
    };
    process.on("message", heard);
    process.on("disconnect", lost);
    signal?.addEventListener("abort", cancel);
    if (signal?.aborted) cancel();
    else send({ ask: "install", runtime });
  });
  if (failed !== undefined) throw new RuntimeError(failed.message, failed.help);
  const installed = findInstalled(runtimeNamed(runtime));
  if (installed === undefined) {
    throw new RuntimeError(`Cannot find the runtime "${runtime}" where it was installed`, []);
  }
  return installed;
}
