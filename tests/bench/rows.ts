/** Rows of the benchmark's table. */
import { alignedRows } from "../../pipeline/terminal/rows.ts";
import type { Peer } from "./peer.ts";

/** One line of the table; the ratio is ours by the peer's. */
export interface Row {
  readonly what: string;
  readonly ours: number;
  readonly peer: number | undefined;
  readonly ratio: number | undefined;
  readonly unit: "s" | "GB";
  /** Whom we are compared with. */
  readonly of: string;
}

/**
 * Medians of a work that both sides do in turns, after one round that does not count, and of its ratios.
 *
 * In its turn a side takes four steps of training, and the median of the last three counts: steps of a training follow
 * each other, and the first after a turn of the other side also pays for memory that is far, or in pieces.
 */
export async function byRounds(
  ours: Peer,
  peer: Peer,
  work: "train" | "sample",
  rounds: number,
): Promise<{ ours: number; peer: number; ratio: number }> {
  const turn = async (side: Peer) => {
    if (work === "sample") return await side.ask(work);
    await side.ask(work);
    return median([await side.ask(work), await side.ask(work), await side.ask(work)]);
  };
  const times: { own: number; other: number }[] = [];
  for (let round = 0; round <= rounds; round++) {
    const own = await turn(ours), other = await turn(peer);
    if (round > 0) times.push({ own, other });
  }
  return {
    ours: median(times.map(({ own }) => own)),
    peer: median(times.map(({ other }) => other)),
    ratio: median(times.map(({ own, other }) => own / other)),
  };
}

/** Numbers that are taken once. */
export function onceRow(ours: number, peer: number | undefined): Pick<Row, "ours" | "peer" | "ratio"> {
  return { ours, peer, ratio: peer === undefined ? undefined : ours / peer };
}

export function benchTable(rows: readonly Row[]): string {
  const cells = rows.map(({ what, ours, peer, ratio, unit, of }) => [
    what,
    of,
    amount(ours, unit),
    peer === undefined ? "–" : amount(peer, unit),
    ratio === undefined ? "–" : ratio.toFixed(2),
  ]);
  const all = [["what", "peer", "ours", "peer's", "ratio"], ...cells];
  return alignedRows(all, ["left", "left", "right", "right", "right"]).join("\n");
}

/** `1.24 s`; a GPU's steps in milliseconds. */
function amount(value: number, unit: Row["unit"]): string {
  return unit === "s" && value < 0.1 ? `${(1000 * value).toFixed(1)} ms` : `${value.toFixed(2)} ${unit}`;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
