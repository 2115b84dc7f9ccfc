/** What two trainings side by side came to: how far their losses are apart, and whether that is within a tolerance. */

/** Losses of one side: mean absolute errors of the predicted noise, which is trained on, and of the predicted image. */
export interface LossPair {
  readonly noise: number;
  readonly image: number;
}

/** Losses of both sides on the same inputs. */
export interface Both {
  readonly ours: LossPair;
  readonly theirs: LossPair;
}

/** Losses of one training step. */
export interface Pair extends Both {
  /** From 1 on. */
  readonly step: number;
  /** Those of the perturbed peer, where it runs along. */
  readonly control?: LossPair;
}

/** Losses on pictures held out, with the average weights and with those that are trained. */
export interface ValidationLosses {
  /** Steps trained before. */
  readonly step: number;
  readonly average: Both;
  readonly network: Both;
}

/** A place, and how far losses are apart there as a part of the peer's. */
export interface Distance {
  readonly step: number;
  readonly apart: number;
}

/** How far the farther one of both losses is apart, as a part of the peer's. Infinity where one is not a number. */
export function apart({ ours, theirs }: Both): number {
  const part = Math.max(
    ...(["noise", "image"] as const).map((name) => Math.abs(ours[name] - theirs[name]) / theirs[name]),
  );
  return Number.isNaN(part) ? Infinity : part;
}

/** Where losses are farthest apart; undefined where there are none. */
export function farthest(all: readonly (Both & { readonly step: number })[]): Distance | undefined {
  return all.map((both) => ({ step: both.step, apart: apart(both) }))
    .reduce<Distance | undefined>((worst, one) => one.apart <= (worst?.apart ?? -1) ? worst : one, undefined);
}

/** Mean losses of each `size` steps, and of those that are left. */
export function blockMeans(pairs: readonly Pair[], size: number): Pair[] {
  const parts = Array.from({ length: Math.ceil(pairs.length / size) }, (_, i) => pairs.slice(i * size, (i + 1) * size));
  return parts.map((part) => {
    const mean = (of: (pair: Pair) => number) => part.reduce((sum, pair) => sum + of(pair), 0) / part.length;
    const side = (name: "ours" | "theirs") => ({
      noise: mean((pair) => pair[name].noise),
      image: mean((pair) => pair[name].image),
    });
    return { step: part.at(-1)!.step, ours: side("ours"), theirs: side("theirs") };
  });
}

/** The same steps with the perturbed peer in our place. */
export function controls(pairs: readonly Pair[]): Pair[] {
  return pairs.flatMap(({ step, theirs, control }) => control === undefined ? [] : [{ step, ours: control, theirs }]);
}

/** Where losses are farthest apart, and whether what has to be is within the tolerance. */
export function judge(pairs: readonly Pair[], checkpoints: readonly ValidationLosses[], tolerance: number): Verdict {
  const at = (kind: "average" | "network") => checkpoints.map((one) => ({ step: one.step, ...one[kind] }));
  const judged = {
    "each of the first 200 steps": farthest(pairs.slice(0, 200)),
    "means of 50 steps": farthest(blockMeans(pairs, 50)),
    "held out, average weights": farthest(at("average")),
  };
  const others = {
    "each step after the 200th": farthest(pairs.slice(200)),
    "held out, trained weights": farthest(at("network")),
  };
  return { judged, others, within: Object.values(judged).every((worst) => (worst?.apart ?? 0) <= tolerance) };
}

/** The verdict on two trainings. */
export interface Verdict {
  /** Largest differences, by where they are looked for. */
  readonly judged: Readonly<Record<string, Distance | undefined>>;
  /** Likewise: those that are shown, and not judged. */
  readonly others: Readonly<Record<string, Distance | undefined>>;
  readonly within: boolean;
}
