/** Messages about weights that come from other programs and go to them, in alphabetical order of code. Paths stay whole. */
import { listed, type Message } from "./text.ts";

/** A file for weights that is a checkpoint, or would be among the checkpoints or snapshots of a run. */
export function exportOverCheckpoint(path: string): Message {
  return {
    code: "export-over-checkpoint",
    message: `Cannot write weights to "${path}": checkpoints or snapshots of a run are kept there`,
    help: ["name a file outside of that folder, such as weights.safetensors"],
  };
}

/** A file for weights whose name says another format. */
export function exportUnnamed(path: string): Message {
  return {
    code: "export-unnamed",
    message: `Cannot write weights to "${path}": its name does not end in .safetensors`,
    help: [`name it ${path.replace(/\.[^./]*$/, "")}.safetensors`],
  };
}

/** Several models of one shape, none of them said to be the average. `models`: their names. */
export function importAmbiguous(path: string, models: readonly string[]): Message {
  return {
    code: "import-ambiguous",
    message: `Cannot tell which model in "${path}" is the network: ${listed(models, "and")} all fit`,
    help: ["save the network alone, as network.save_weights(…), and its average for --ema"],
  };
}

/** A file that is there already, where a checkpoint was to go. */
export function importOverFile(path: string): Message {
  return {
    code: "import-over-file",
    message: `Cannot import into "${path}": the file already exists`,
    help: ["name another with --out, or remove this one first"],
  };
}

/** Statistics of pixels that are not those of the normalizer. */
export function importStatistics(path: string, what: string): Message {
  return {
    code: "import-statistics",
    message: `Cannot import the pixel statistics in "${path}": ${what}`,
    help: ["name another file with --statistics, or leave it out to fit them to the recipe's pictures"],
  };
}

/** A run folder that holds a run already. */
export function importTaken(folder: string): Message {
  return {
    code: "import-taken",
    message: `Cannot import into "${folder}": it already holds a run`,
    help: ["name another folder or file with --out, or give the recipe another name"],
  };
}

/** A file whose layers are not those of the network. `what`: continues the sentence after the colon. */
export function importUnfit(path: string, what: string, help: readonly string[]): Message {
  return {
    code: "import-unfit",
    message: `Cannot import "${path}" into the network of this recipe: ${what}`,
    help: [...help, "set the network's options in the recipe as they were when the weights were trained"],
  };
}

/** A file of weights that is not there, or is of another format. `reason`: continues the sentence after the colon. */
export function importUnreadable(path: string, reason: string): Message {
  return {
    code: "import-unreadable",
    message: `Cannot import "${path}": ${reason}`,
    help: [
      "name a Keras HDF5 file: the output of save_weights (.weights.h5, or .h5 in Keras 2), or a model saved as .h5",
    ],
  };
}

/** A network that restates no Keras model. */
export function importUnsupported(network: string): Message {
  return {
    code: "import-unsupported",
    message: `Cannot import Keras weights into network "${network}": it does not say which Keras layers it mirrors`,
    help: [
      "use a network that mirrors a Keras model, such as residual-unet or attention-unet",
      'or let the plugin return "keras": its layers in the order in which Keras constructs them',
    ],
  };
}
