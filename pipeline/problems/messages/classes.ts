/** Messages about classes of pictures, in alphabetical order of code. */
import { counted } from "../../terminal/units.ts";
import { choices, listed, type Message, quote } from "./text.ts";

/** Another number of classes than the data have. */
export function classCount(expected: number, found: readonly string[]): Message {
  return {
    code: "class-count",
    message: `Cannot train a network of ${counted(expected, "class", "classes")}: the dataset has ${found.length}`,
    help: [`write network.classes=${found.length}`, `its classes are ${listed(found, "and", 12)}`],
  };
}

/** A class that the model does not know. */
export function classUnknown(name: string, classes: readonly string[]): Message {
  return {
    code: "class-unknown",
    message: `Unknown class ${quote(name)}`,
    help: [choices(name, "Classes of this model", classes), "all: a row of pictures of each; none: of no class"],
  };
}

/** A class that is asked of a network which is told none. */
export function classUnused(name: string): Message {
  return {
    code: "class-unused",
    message: `Cannot generate pictures of class ${quote(name)}: the network of this model looks at no classes`,
    help: ["leave --class out, or train a network with classes, such as network.classes=10 for ten of them"],
  };
}

/** Pictures without classes. */
export function classesMissing(expected: number): Message {
  return {
    code: "classes-missing",
    message: `Cannot train a network of ${counted(expected, "class", "classes")}: the pictures have none`,
    help: ["leave network.classes out, or use a dataset with classes, such as image-folder with a subfolder for each"],
  };
}

/** Something for each class, of a network that is told none. */
export function classesUnused(option: string): Message {
  return {
    code: "classes-unused",
    message: `Cannot use "${option}": the network of this recipe looks at no classes`,
    help: [`leave ${option} out, or train a network with classes, such as network.classes=10 for ten of them`],
  };
}
