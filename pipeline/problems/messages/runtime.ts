/** Messages about backends that do not start and plugins of XLA, in alphabetical order of code. */
import { choices, type Message, quote } from "./text.ts";

/** A backend that does not start. `help`: what to do about it, where the backend says so. */
export function backendUnavailable(name: string, reason: string, help: readonly string[]): Message {
  const otherwise = name === "auto" ? [] : ["backend: auto picks one that starts here"];
  return { code: "backend-unavailable", message: reason, help: help.length > 0 ? help : otherwise };
}

/** A device that can compute no more. `what`: how it failed, with `help`. `kept`: the last good checkpoint. */
export function deviceFailed(what: string, help: readonly string[], kept: string | undefined): Message {
  return {
    code: "device-failed",
    message: what,
    help: [
      ...help,
      kept === undefined
        ? "there is no checkpoint yet to resume from"
        : `the last checkpoint is kept, and the same command resumes from it: ${kept}`,
    ],
  };
}

/** A runtime that could not be installed, or found. */
export function runtimeFailed(reason: string, help: readonly string[]): Message {
  return { code: "runtime-failed", message: reason, help };
}

/** A name that no runtime has. */
export function runtimeUnknown(name: string, names: readonly string[]): Message {
  return {
    code: "runtime-unknown",
    message: `Unknown runtime ${quote(name)}`,
    help: [choices(name, "Runtimes", names)],
  };
}
