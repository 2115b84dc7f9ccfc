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

/** A function, a tensor, a date, … `kind`: such as "a function". */
export function notData(where: string, kind: string): Message {
  return {
    code: "code-not-data",
    message: `Value of ${quote(where)} is ${kind}, which a recipe cannot hold`,
    help: ["a recipe is plain data: text, numbers, true, false, null, lists and objects of them"],
  };
}
