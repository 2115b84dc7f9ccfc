/** Messages about what a process may not do, in alphabetical order of code. */
import { shellWord } from "../../terminal/shell.ts";
import { type Message, quote } from "./text.ts";

const deeds: Readonly<Record<string, (what: string) => string>> = {
  read: (what) => `read ${what}`,
  write: (what) => `write to ${what}`,
  net: (what) => `connect to ${what}`,
  run: (what) => `start ${what}`,
  ffi: (what) => what === "" ? "run native code" : `load the library ${what}`,
  env: (what) => `read the environment variable ${what}`,
  sys: (what) => `ask the system for ${what}`,
};

/** What a process was not permitted: "read "/data"", and how to permit it; undefined for an error of another kind. */
export function lacking(error: unknown): { deed: string; help: string[] } | undefined {
  if (!(error instanceof Deno.errors.NotCapable)) return undefined;
  const [, closed] = /^Requires all access to "([^]*)"(?:,|$)/.exec(error.message) ?? [];
  if (closed !== undefined) {
    const help = ["Deno keeps programs out of this part of the system: use a path elsewhere"];
    return { deed: `use ${quote(closed)}`, help };
  }
  const [, kind = "", what] = /^Requires (\w+) access(?: to "([^]*)")?(?:,|$)/.exec(error.message) ?? [];
  const deed = deeds[kind];
  if (deed === undefined) return { deed: "do this", help: [error.message.replace(/\.$/, "")] };
  const path = what?.replace(/^<(.*)>$/, "$1") // how Deno writes what it does not name
    .replace(/\.[0-9a-f]{8}\.tmp$/, ""); // a file is written beside its place first
  const grant = path === undefined ? `--allow-${kind}` : `--allow-${kind}=${shellWord(path)}`;
  return {
    deed: deed(path === undefined ? "" : quote(path)),
    help: [
      "a command may use its recipe and what that names, its run, the cache, and what its options name; Denoise's own " +
      "folders are never written to",
      `to permit more, add ${grant}`,
    ],
  };
}

/** Something that the process may not do, wherever it was tried. */
export function permissionMissing(error: Error): Message {
  const { deed, help } = lacking(error) ?? { deed: "do this", help: [error.message] };
  return { code: "permission-missing", message: `This command is not permitted to ${deed}`, help };
}
