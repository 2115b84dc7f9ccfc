/** What may be wrong with a path that leads nowhere: what shells know and programs do not, and characters not meant. */
import { fileURLToPath } from "node:url";
import { explainOdd, oddCharacters } from "../text/mod.ts";

const forShells = /^~[^/\\]*|\$\{?[A-Za-z_]\w*\}?|%[A-Za-z_]\w*%/;

/**
 * Why a path may not be found, each with what to do: "~" and variables, addresses, quotes, blanks and characters that
 * cannot be seen or look like others. Empty for a path that has none of these. Names of characters are told once
 * `loadNames` of `text` has them.
 *
 * @param os default: the one that this runs on
 */
export function pathHints(path: string, os: string = Deno.build.os): string[] {
  const hints: string[] = [];
  const shell = forShells.exec(path)?.[0];
  if (shell !== undefined) hints.push(`write the whole path: "${shell}" is known to shells alone`);
  const inner = /^(["'])(.*)\1$/.exec(path)?.[2];
  if (inner !== undefined) hints.push(`the quotes are a part of the name here: write ${inner}`);
  if (/^file:/i.test(path)) hints.push(`write a path, not an address${asPath(path)}`);
  else if (/^[a-z][a-z0-9+.-]+:\/\//i.test(path)) hints.push("write a path: nothing is loaded from an address here");
  if (/^ | $/.test(path)) hints.push(`a blank stands at its ${path.startsWith(" ") ? "beginning" : "end"}: delete it`);
  if (os !== "windows" && path.includes("\\")) hints.push('write "/" between folders: "\\" is a part of a name here');
  const odd = oddCharacters(path);
  for (const one of odd.slice(0, 2)) {
    hints.push(`character ${[...path.slice(0, one.index)].length + 1} is ${explainOdd(one, path)}`);
  }
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
