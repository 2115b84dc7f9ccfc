/** Messages about code that comes with recipes, checkpoints and run folders, in alphabetical order of code. */
import { shellWord } from "../../terminal/shell.ts";
import { listed, type Message, quote } from "./text.ts";

/** A path on one line: control characters are escaped. */
const whole = (path: string) => path.replaceAll(/\p{Cc}/gu, (letter) => JSON.stringify(letter).slice(1, -1));

/** What to do about a value of a recipe that is stored in a checkpoint. */
export function checkpointStored(setting: string): string {
  return `a checkpoint is not edited: change the value on the command line, such as ${setting}`;
}

/** Where a recipe came from, where it is not the file that the user typed. */
export type Elsewhere = "checkpoint" | "run" | "base";

const origins: Readonly<Record<Elsewhere, (file: string) => string>> = {
  checkpoint: (file) => `the recipe is stored in the checkpoint ${quote(file)}`,
  run: (file) => `the recipe ${quote(file)} belongs to a run`,
  base: (file) => `${quote(file)} is outside the folder of the recipe that extends it`,
};

/** An address in a recipe from elsewhere, which nothing is downloaded from. */
export function addressUntrusted(id: string, option: string, address: string): Message {
  return {
    code: "address-untrusted",
    message: `Nothing is downloaded from ${quote(address)}: the recipe that names it is not one you typed`,
    help: [
      `to download from there, write ${id}.${option}=${shellWord(whole(address))} on the command line, or --trust`,
    ],
  };
}

/** A record of code that cannot be written. */
export function codeUnremembered(folder: string, reason: string): Message {
  return {
    code: "code-unremembered",
    message: `Cannot record in ${quote(folder)} which plugin files this run was trained with: ${reason}`,
    help: ["training is not affected; later commands on the run ask for --plugins <file>"],
  };
}

/** `extends` in the recipe of a checkpoint. */
export function extendsInCheckpoint(checkpoint: string, base: string): Message {
  return {
    code: "extends-in-checkpoint",
    message: `Cannot extend ${quote(base)} from the checkpoint ${quote(checkpoint)}: a checkpoint reads no other file`,
    help: [
      "checkpoints that Denoise writes contain whole recipes: this one was changed",
      "write a recipe of your own that extends both",
    ],
  };
}

/** A shared library that a recipe from elsewhere wants to load. */
export function libraryUntrusted(
  { id, option, path, from, file, changed }: {
    id: string;
    option: string;
    path: string;
    from: Elsewhere;
    file: string;
    changed: boolean;
  },
): Message {
  return {
    code: "library-untrusted",
    message: `Cannot load the library ${quote(path)} for ${id}: ${origins[from](file)}`,
    help: [
      ...(changed ? ["the library has changed since you trained with it"] : []),
      "a library can do anything that you can do: load it only if you know where it came from",
      `to load it, write ${id}.${option}=${shellWord(whole(path))} on the command line, or --trust`,
      `to do without it: ${id}=auto`,
    ],
  };
}

/** A path of another computer, in a recipe from elsewhere. */
export function networkPath(id: string, option: string, path: string): Message {
  return {
    code: "network-path",
    message: `Cannot open ${quote(path)}: the recipe that names this path on the network is not one you typed`,
    help: [`write ${id}.${option}=${shellWord(whole(path))} on the command line if it is the right one`],
  };
}

/** Plugins that have changed since a checkpoint was trained with them. */
export function pluginChanged(checkpoint: string, files: readonly string[]): Message {
  return {
    code: "plugin-changed",
    message: `${listed(files.map(quote), "and")} changed since the checkpoint ${quote(checkpoint)} was trained with ${
      files.length === 1 ? "it" : "them"
    }`,
    help: ["results may differ from those of the original code"],
  };
}

/** A plugin file with an ending that no plugin has. */
export function pluginEnding(file: string, endings: readonly string[]): Message {
  return {
    code: "plugin-ending",
    message: `Cannot load ${quote(file)} as a plugin: plugin files end in ${listed(endings, "or")}`,
    help: ["rename the file, or remove it from plugins"],
  };
}

/** A plugin file that is the checkpoint itself. */
export function pluginIsCheckpoint(file: string): Message {
  return {
    code: "plugin-is-checkpoint",
    message: `Cannot load ${quote(file)} as a plugin: it is a checkpoint`,
    help: ["a checkpoint is data: nothing in it is run", "if you did not make this checkpoint, do not use it"],
  };
}

/** A plugin file that a recipe from elsewhere wants to load. */
export function pluginUntrusted(
  { named, path, from, file, lacks, changed, exists, mayTrust }: {
    /** As the recipe writes it, and where that is. */
    named: string;
    path: string;
    from: Elsewhere;
    file: string;
    /** Plugins that the recipe uses and that are not built in, such as "sampler halves". */
    lacks: readonly string[];
    changed: boolean;
    exists: boolean;
    /** Whether the command takes `--trust`. */
    mayTrust: boolean;
  },
): Message {
  const all = mayTrust ? ", or --trust for every file that the recipe names" : "";
  return {
    code: "plugin-untrusted",
    message: `Cannot load the plugin file ${quote(named)}: ${origins[from](file)}`,
    help: [
      ...(lacks.length === 0 ? [] : [`not built in, and used by the recipe: ${listed(lacks)}`]),
      exists ? `the file is ${whole(path)}` : `the file would be ${whole(path)}, which does not exist`,
      ...(changed ? ["it has changed since you trained with it"] : []),
      "a plugin can do anything that you can do: read the file before you run it",
      exists
        ? `to run it, add --plugins ${shellWord(whole(path))}${all}`
        : "get the file from whoever trained with it, and add --plugins <file>",
    ],
  };
}
