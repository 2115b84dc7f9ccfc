/** Messages about files that a command is asked to write, in alphabetical order of code. Paths stay whole. */
import { listed, type Message } from "./text.ts";

/** `--json` takes no file. */
export function jsonFile(file: string): Message {
  return {
    code: "json-file",
    message: `Cannot write to "${file}": --json takes no file, and prints the answer to standard output`,
    help: [`write --out ${file} for a file, or --json > ${file} for what it prints`],
  };
}

/** A name that says another format. */
export function outputFormat(file: string, what: string, endings: readonly string[]): Message {
  return {
    code: "output-format",
    message: `Cannot write ${what} to "${file}": its name does not end in ${listed(endings, "or")}`,
    help: [`use a name that ends in ${listed(endings, "or")}`],
  };
}

/** A name under which Denoise keeps something else. */
export function outputKept(file: string, what: string): Message {
  return {
    code: "output-kept",
    message: `Cannot write ${what} to "${file}": Denoise keeps other measurements under that name`,
    help: ["use another name"],
  };
}

/** Several things for standard output, which takes one. `fix`: what to type instead. */
export function outputShared(what: string, fix: readonly string[]): Message {
  return { code: "output-shared", message: `Cannot write ${what} to standard output`, help: fix };
}

/** A file or folder that is there already, and is not what the command would write. */
export function outputTaken(file: string, what: string): Message {
  return {
    code: "output-taken",
    message: `Cannot write ${what} to "${file}": something else is there already`,
    help: ["use another name, or remove what is there first"],
  };
}

/** A picture for a terminal, which would show its bytes. */
export function outputTerminal(): Message {
  return {
    code: "output-terminal",
    message: "Cannot write a picture to a terminal: it would show bytes",
    help: ["write it to a file: … > picture.png, or into a program: … | feh -"],
  };
}
