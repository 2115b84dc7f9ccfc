/** The averages that a run keeps: the one that samples and metrics use, and others beside it. */
import type * as tf from "@tensorflow/tfjs";
import type { State } from "../../lib/tensor/mod.ts";
import type { Graph } from "../graph/types.ts";
import type { Ema } from "../kinds/ema.ts";
import type { TrainState } from "./states.ts";

/** One of the averages of a run. */
export interface Average {
  /** By which `sample --ema` takes it, such as `0.1`. */
  readonly name: string;
  /** The γ of its profile, where that is a power function. */
  readonly exponent: number | undefined;
  /** Where its tensors are in a state, such as `average` or `averages/0.05`. */
  readonly at: string;
}

/** All averages of a recipe, the one that samples and metrics use first. */
export function averagesOf(graph: Pick<Graph, "one">): [Average, ...Average[]] {
  const { stage, plugin } = graph.one("ema");
  const of = (name: string, { exponent }: Ema, at: string): Average => ({ name, exponent, at });
  return [
    of(stage.name ?? plugin.name, stage, "average"),
    ...Object.entries(stage.others ?? {}).map(([name, other]) => of(name, other, `averages/${name}`)),
  ];
}

/** The averages beside the first one, before the first step; nothing where there are none. */
export function initialOthers({ others }: Ema, network: State): Pick<TrainState, "averages"> {
  return eachOf(others, (other) => other.init(network));
}

/** The same after an update of the network. */
export function updatedOthers(
  { others }: Ema,
  averages: TrainState["averages"],
  network: State,
  step: tf.Scalar,
): Pick<TrainState, "averages"> {
  return eachOf(others, (other, name) => other.update(averages![name]!, network, step));
}

function eachOf(others: Ema["others"], make: (other: Ema, name: string) => State): Pick<TrainState, "averages"> {
  const all = Object.entries(others ?? {}).map(([name, other]) => [name, make(other, name)] as const);
  return all.length === 0 ? {} : { averages: Object.fromEntries(all) };
}
