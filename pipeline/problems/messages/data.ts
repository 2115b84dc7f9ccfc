/** Messages about opening a dataset and cutting batches from it, in alphabetical order of code. */
import { shellWord } from "../../terminal/shell.ts";
import { counted, type Message, quote } from "./text.ts";

/** A batch larger than all that an epoch has. */
export function batchTooLarge(batchSize: number, count: number, repeats: number): Message {
  const epoch = count * repeats;
  return {
    code: "batch-too-large",
    message: `Cannot make a batch of ${counted(batchSize, "picture")} from the training split: an epoch has ${
      counted(epoch, "picture")
    }`,
    help: [
      epoch === 1 ? "use batch_size: 1" : `use batch_size: ${epoch} or less`,
      `or repeats: ${Math.ceil(batchSize / count)} or more, to go through ${
        count === 1 ? "the picture" : `the ${counted(count, "picture")}`
      } more often`,
    ],
  };
}

/** More files that cannot be decoded than the dataset allows. */
export function brokenPictures(
  broken: readonly { name: string; reason: string }[],
  count: number,
  limit: number,
): Message {
  return {
    code: "broken-pictures",
    message: `Cannot decode ${broken.length} or more of ${counted(count, "picture")}: at most ${limit} may be broken`,
    help: [
      ...broken.slice(0, 5).map(({ name, reason }) => `${name}: ${reason}`),
      "repair or remove them, or allow more with broken_limit, if the dataset has that option",
    ],
  };
}

/** A dataset that could not be opened, with what its plugin said. */
export function datasetUnavailable(what: string, help: readonly string[]): Message {
  return { code: "dataset-unavailable", message: what, help };
}

/** A dataset that opens without a picture to train on. */
export function emptySplit(held: number, skipped: number): Message {
  const rest = held === 1 ? "the only remaining picture is" : `all ${counted(held, "remaining picture")} are`;
  return {
    code: "empty-split",
    message: "Cannot train: the training split holds no pictures",
    help: [
      ...(skipped > 0 ? [`${counted(skipped, "picture")} could not be decoded: add pictures that can`] : []),
      ...(held > 0 ? [`${rest} held out for validation: hold out fewer, or add pictures`] : []),
      ...(held + skipped > 0 ? [] : ["add pictures to the dataset"]),
    ],
  };
}

/** Decoded pictures that have changed on the disk. */
export function storeDamaged(path: string): Message {
  return {
    code: "store-damaged",
    message: `Cannot use the decoded pictures in "${path}": the file is damaged`,
    help: [`delete it, and the pictures will be decoded again: rm ${shellWord(path)}`],
  };
}

/** A dataset that gives pictures of another shape than it said. */
export function wrongPicture(name: string, bytes: number, expected: number): Message {
  return {
    code: "wrong-picture",
    message: `The dataset gave ${bytes} bytes for picture ${quote(name)}, expected ${expected}`,
    help: ["pixels() of its plugin must return height × width × channels bytes"],
  };
}
