/** Messages about averages of the weights: named ones, and those computed from snapshots. In alphabetical order of code. */
import { shellWord } from "../../terminal/shell.ts";
import { choices, listed, type Message, quote } from "./text.ts";

/** A file that holds one average, of which another is asked for. `held`: what it holds, where it says so. */
export function averageAlone(path: string, wanted: string, held: string | undefined): Message {
  return {
    code: "average-alone",
    message: `Cannot take the average ${quote(wanted)} of "${path}": it holds ${
      held === undefined ? "one average alone" : `that of std ${held} alone`
    }`,
    help: ["name the run folder, or one of its checkpoints or snapshots", "or leave --ema out"],
  };
}

/** An average by a number, of a run whose averages have no profile that others could be computed from. */
export function averageNoPower(path: string, wanted: string, plugin: string, names: readonly string[]): Message {
  return {
    code: "average-no-power",
    message: `Cannot compute the average ${
      quote(wanted)
    } of "${path}": its ema is "${plugin}", and only a power-function can`,
    help: [choices(wanted, "Averages that it keeps", names), "to have any std afterwards, train with " + posthoc],
  };
}

/** A standard deviation that no average has. */
export function averageRange(wanted: string, widest: number): Message {
  return {
    code: "average-range",
    message: `Cannot compute an average of std ${quote(wanted)}`,
    help: [
      `expected a number of more than 0 and up to ${
        Math.floor(widest * 1e5) / 1e5
      }, such as 0.1: a width as a part of the training`,
    ],
  };
}

/** An average whose profile the snapshots come near to, but not very. `reach`: stds that they give well. */
export function averageRough(std: number, error: number, reach: Reach): Message {
  return {
    code: "average-rough",
    message: `The average of std ${std} is only roughly that: its profile is off by ${percent(error)}`,
    help: [reachText(reach)],
  };
}

/** An average by a name that none has. */
export function averageUnknown(path: string, wanted: string, names: readonly string[], computes: boolean): Message {
  return {
    code: "average-unknown",
    message: `Cannot find the average ${quote(wanted)} in "${path}"`,
    help: [
      choices(wanted, "Averages", names),
      ...(computes ? ["a number is a std, which is computed from the snapshots: --ema 0.07"] : []),
    ],
  };
}

/** An average that is far from what the snapshots give. */
export function averageUnreachable(std: number, error: number, snapshots: number, reach: Reach): Message {
  return {
    code: "average-unreachable",
    message: `Cannot compute an average of std ${std} of ${snapshots} ${
      snapshots === 1 ? "snapshot" : "snapshots"
    }: its profile would be off by ${percent(error)}`,
    help: [reachText(reach), "more snapshots, or a further average beside these (the option also), give more"],
  };
}

/** Weights without an average, or an average that was not kept, of a snapshot. */
export function averagesAlone(path: string, wanted: string): Message {
  return {
    code: "averages-alone",
    message: `Cannot take the average ${quote(wanted)} of "${path}": a snapshot does not hold it`,
    help: ["name the run folder, or one of its checkpoints", "or leave --ema out"],
  };
}

/** A snapshot that cannot be used. `reason`: a sentence. */
export function snapshotUnusable(path: string, reason: string): Message {
  return {
    code: "snapshot-unusable",
    message: `Cannot use the snapshot "${path}"`,
    help: [reason, "remove it: the average is then computed from the others"],
  };
}

/** An average that is to be computed, and nothing to compute it of. */
export function snapshotsMissing(run: string, std: number, names: readonly string[]): Message {
  return {
    code: "snapshots-missing",
    message: `Cannot compute an average of std ${std}: "${run}" has no snapshots`,
    help: [
      `averages that it keeps: ${listed(names)}`,
      `snapshots are kept while it trains, also from now on: deno task run ${shellWord(run)} "train.snapshots=1 epoch"`,
    ],
  };
}

/** From which std to which the profile is met well; undefined where none is. */
export type Reach = readonly [least: number, most: number] | undefined;

const posthoc = 'ema: power-function and train: { snapshots: "1 epoch" }';
const percent = (part: number) => `${(100 * part).toPrecision(2)} %`;
const reachText = (reach: Reach) =>
  reach === undefined ? "they give no std well" : `they give stds of ${reach[0]} to ${reach[1]} to within 10 %`;
