/** Messages about when to stop training, in alphabetical order of code. */
import { count, decimal } from "../../terminal/units.ts";
import { listed, type Message } from "./text.ts";

/** `train.patience` waits for a number that cannot be measured here. */
export function patienceUnmeasured(patience: string, best: string): Message {
  return {
    code: "patience-unmeasured",
    message: `Patience of ${patience} has no effect: "${best}" cannot be measured here`,
    help: ["training continues to the recipe's end; another number of train.keep.best can end it earlier"],
  };
}

/** `train.patience` in a recipe that does not say which number it waits for. `numbers`: those that are measured. */
export function patienceWithoutBest(patience: string, numbers: readonly string[]): Message {
  const [first] = numbers;
  return {
    code: "patience-without-best",
    message: `Cannot stop after ${patience} without an improvement: the recipe does not say of which number`,
    help: first === undefined
      ? [
        "the recipe has no metrics: add metrics: [validation-error] and train.keep: { best: noise }, or leave patience out",
      ]
      : [`add train.keep: { best: ${first} }; metrics measure ${listed(numbers, "and")}`],
  };
}

/** A number that has been getting worse while training. */
export function validationRises(
  { label, better }: { readonly label: string; readonly better: "lower" | "higher" },
  { since, change, alone, unit }: {
    readonly since: number;
    readonly change: number;
    /** Whether training pictures do better; undefined where that is not known. */
    readonly alone: boolean | undefined;
    readonly unit: string;
  },
  best: { readonly x: number; readonly value: number },
  { kept, patient }: { readonly kept: boolean; readonly patient: boolean },
): Message {
  const of = alone === undefined ? "" : alone ? ", and that of training pictures has not: overfitting" : "";
  const against = alone === false
    ? "training pictures do worse, too: try a third of optimizer.learning_rate"
    : "what helps: more pictures, augmentation, network.dropout, a smaller network";
  return {
    code: "validation-rises",
    message: `Validation gets worse: ${label} has been ${better === "lower" ? "rising" : "falling"} since ${unit} ${
      count(since)
    }, by ${(100 * change).toFixed(1)} %${of}`,
    help: [
      `it was best, ${decimal(best.value)}, at ${unit} ${count(best.x)}: ${
        kept
          ? "best.safetensors keeps that checkpoint"
          : `train.keep.best=${label} keeps the best checkpoint from then on`
      }`,
      `training continues; Ctrl-C stops it and saves${
        patient ? "" : `, and train.patience="20 ${unit}s" with train.keep.best ends it by itself`
      }`,
      against,
    ],
  };
}
