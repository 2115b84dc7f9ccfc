/**
 * Measures speed side by side with PyTorch in one run: `deno task bench [--json FILE] [--batch 16]`.
 *
 * The work is the network of the Keras DDIM example at 64×64: a training step (forward, backward, AdamW, EMA) and
 * 20 steps of sampling. PyTorch runs it through the Python that `DENOISE_PEER_PYTHON` names (default `python3`), and is
 * left out where that has no torch. The two take turns, and medians are compared, so that a machine whose speed drifts
 * slows both.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { files } from "../mod.ts";
import { ours } from "./ours.ts";
import { startPeer } from "./peer.ts";

/** One line of the table: seconds, and ours over the peer's. */
interface Row {
  readonly what: string;
  readonly ours: number;
  readonly peer: number | undefined;
  readonly ratio: number | undefined;
  readonly unit: "s";
}

const { values } = parseArgs({
  args: Deno.args,
  options: {
    json: { type: "string" },
    batch: { type: "string", default: "16" },
    rounds: { type: "string", default: "5" },
  },
});
const batch = Number(values.batch), rounds = Number(values.rounds);

const engine = await ours(batch);
const peer = await startPeer(batch);
console.log(`${engine.description}; peer: ${peer?.description ?? "none, as no Python with torch was found"}`);

const rows: Row[] = [];
for (const work of ["train", "sample"] as const) {
  const times = { ours: [] as number[], peer: [] as number[] };
  for (let round = 0; round <= rounds; round++) {
    const own = await engine[work]();
    const other = await peer?.time(work);
    if (round === 0) continue; // warm-up
    times.ours.push(own);
    if (other !== undefined) times.peer.push(other);
  }
  const own = median(times.ours), other = peer === undefined ? undefined : median(times.peer);
  const what = work === "train" ? `training step, batch ${batch}` : `20-step sampling of ${batch} images`;
  rows.push({ what, ours: own, peer: other, ratio: other === undefined ? undefined : own / other, unit: "s" });
}
await peer?.stop();

console.log(`${"".padEnd(34)}${"ours, s".padStart(10)}${"peer, s".padStart(10)}${"ratio".padStart(8)}`);
for (const { what, ours, peer, ratio } of rows) {
  const cells = [
    ours.toFixed(3).padStart(10),
    (peer?.toFixed(3) ?? "–").padStart(10),
    (ratio?.toFixed(2) ?? "–").padStart(8),
  ];
  console.log(what.padEnd(34) + cells.join(""));
}
if (values.json !== undefined) await files.writeWhole(values.json, `${JSON.stringify(rows, null, 2)}\n`);
Deno.exit(0);

function median(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
