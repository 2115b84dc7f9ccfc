/** What may be wrong with a path that leads nowhere: it was meant for a shell, a browser, or another system. */
import { fileURLToPath } from "node:url";

/** Letters that YAML reads as one character behind a backslash in double quotes. */
const escapes: Readonly<Record<string, string>> = {
  "\x07": "a",
  "\b": "b",
  "\t": "t",
  "\n": "n",
  "\v": "v",
  "\f": "f",
  "\r": "r",
  "\x1b": "e",
};

const forShells = /^~[^/\\]*|\$\{?[A-Za-z_]\w*\}?|%[A-Za-z_]\w*%/;

/**
 * Why a path may not be found, each with what to do: "~" and variables, addresses, quotes, blanks at its ends, and what
 * double quotes make of "C:\new". Empty for a path that has none of these.
 *
 * @param os default: the one that this runs on
 */
export function pathHints(path: string, os: string = Deno.build.os): string[] {
  const hints: string[] = [];
  const shell = forShells.exec(path)?.[0];
  if (shell !== undefined) hints.push(`write the whole path: only a shell expands "${shell}"`);
  const inner = /^(["'])(.*)\1$/.exec(path)?.[2];
  if (inner !== undefined) hints.push(`the quotes are a part of the name here: write ${inner}`);
  if (/^file:/i.test(path)) hints.push(`write a path, not an address${asPath(path)}`);
  else if (/^[a-z][a-z0-9+.-]+:\/\//i.test(path)) hints.push("write a path: nothing is loaded from an address here");
  if (/^ | $/.test(path)) {
    hints.push(`there is a space at its ${path.startsWith(" ") ? "beginning" : "end"}: delete it`);
  }
  if (os !== "windows" && path.includes("\\")) hints.push('write "/" between folders: "\\" is a part of a name here');
  // deno-lint-ignore no-control-regex -- these are what is looked for
  const letter = escapes[/[\x07-\x0d\x1b]/.exec(path)?.[0] ?? ""];
  if (letter !== undefined) hints.push(`double quotes make one character of "\\${letter}": use single quotes, or "/"`);
  return hints;
}

/** What a shell would have replaced at the beginning of a path: `~`, `$HOME`; undefined where it begins otherwise. */
export function unexpanded(path: string): string | undefined {
  const found = forShells.exec(path);
  return found?.index === 0 ? found[0] : undefined;
}

function asPath(address: string): string {
  try {
    return `: ${fileURLToPath(address)}`;
  } catch {
    return "";
  }
}
