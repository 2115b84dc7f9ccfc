/** Whether a model of another run can guide: both have to mean the same by an image, a noise level and a class. */
import * as tf from "@tensorflow/tfjs";
import { leaves, type TensorRecord } from "../../lib/tensor/mod.ts";
import type { Graph, Stage } from "../graph/types.ts";
import { knowsClasses } from "../programs/model.ts";
import { logSnrText } from "../problems/messages/guides.ts";

/** One of the two models. */
interface Model {
  readonly graph: Graph;
  readonly statistics: TensorRecord;
  readonly classes: readonly string[] | undefined;
}

/** What differs between a model and the one that is to guide it, in words, the model's own first; nothing where they fit. */
export async function guideDifferences(
  own: Model & { readonly sampler: Stage<"sampler"> },
  guide: Model,
): Promise<string[]> {
  const sizes = ({ image: { height, width, channels } }: Graph) => `${height} × ${width} × ${channels}`;
  const different: string[] = [];
  const differ = (what: string, here: string, there: string) => {
    if (here !== there) different.push(`${what}: ${here} here, ${there} there`);
  };
  differ("images", sizes(own.graph), sizes(guide.graph));
  const name = ({ graph }: Model) => graph.one("normalizer").plugin.name;
  differ("normalizer", name(own), name(guide));
  if (different.length === 0 && !await close(ofPixels(own), ofPixels(guide))) {
    different.push("statistics of the normalizer, which are those of other pictures");
  }
  if (different.length === 0 && settings(own.graph) !== settings(guide.graph)) {
    different.push(`normalizer: ${settings(own.graph)} here, ${settings(guide.graph)} there`);
  }
  if (knowsClasses(own.graph) && knowsClasses(guide.graph)) {
    differ("classes", (own.classes ?? []).join(", "), (guide.classes ?? []).join(", "));
  }
  const beyond = levelsBeyond(own.sampler, guide.graph);
  if (beyond !== undefined) different.push(beyond);
  if (own.sampler.stage.asks?.jump && !guide.graph.one("network").stage.offers?.jump) {
    different.push(`the sampler jumps from level to level, and the network there does not`);
  }
  return different;
}

/** Statistics of the normalizer: those of the parametrization are each model's own. */
function ofPixels({ graph, statistics }: Model): TensorRecord {
  const names = Object.keys(tf.tidy(() => graph.one("normalizer").stage.blank(graph.datasetImage)));
  return Object.fromEntries(names.map((name) => [name, statistics[name]!]));
}

const settings = ({ one }: Graph) => JSON.stringify(one("normalizer").options);

/** Levels of the sampler, but for its ends without signal or noise, that the schedule of the guide does not reach. */
function levelsBeyond({ stage: { levels } }: Stage<"sampler">, guide: Graph): string | undefined {
  const { logSnr } = guide.one("schedule").stage;
  const [least, most] = [logSnr(1), logSnr(0)];
  const asked = (levels ?? []).slice(0, -1).filter(Number.isFinite);
  const slack = 1e-3;
  const outside = asked.find((level) => level < least - slack || level > most + slack);
  return outside === undefined
    ? undefined
    : `the sampler goes to ${logSnrText(outside)}, and the guide was trained from ${logSnrText(least)} to ${
      logSnrText(most)
    }`;
}

/** Whether statistics are the same up to rounding. */
async function close(own: TensorRecord, guide: TensorRecord): Promise<boolean> {
  const theirs = new Map(leaves(guide));
  for (const [path, tensor] of leaves(own)) {
    const other = theirs.get(path);
    if (other === undefined || other.size !== tensor.size) return false;
    const [here, there] = await Promise.all([tensor.data(), other.data()]);
    if (!Array.from(here).every((value, i) => Math.abs(value - there[i]!) <= 1e-4 * Math.max(1e-3, Math.abs(value)))) {
      return false;
    }
  }
  return true;
}
