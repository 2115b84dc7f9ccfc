/** Messages about recipes in code, in alphabetical order of code. */
import { type Message, quote } from "./text.ts";

/** An object that contains itself. */
export function cycleInCode(where: string): Message {
  return {
    code: "code-cycle",
    message: `Value of ${quote(where)} contains itself`,
    help: ["a recipe is plain data, as in a YAML file: write the value out"],
  };
}

/** Something in place of the path of a run or a checkpoint. `kind`: what it is. */
export function notAPath(kind: string): Message {
  return {
    code: "code-not-a-path",
    message: `Cannot use ${kind} as the path of a run or a checkpoint`,
    help: ['name a run folder, such as "runs/quickstart", or a checkpoint in it: train() gives both'],
  };
}

/** A function, a tensor, a date, … `kind`: such as "a function". */
export function notData(where: string, kind: string): Message {
  return {
    code: "code-not-data",
    message: `Value of ${quote(where)} is ${kind}, which a recipe cannot hold`,
    help: ["a recipe is plain data: text, numbers, true, false, null, lists and objects of them"],
  };
}

/** Something in place of a recipe that is read, such as the object that it would be read from. `kind`: what it is. */
export function notRead(kind: string): Message {
  return {
    code: "code-not-read",
    message: `Cannot use ${kind} as a recipe: it is not read yet`,
    help: ["await readRecipe(…) checks a recipe in code, and gives what is trained, wired or opened"],
  };
}
