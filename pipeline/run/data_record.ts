/**
 * Which pictures a run was trained on, kept in its folder so that changes can be told by name: `data/<digest>.jsonl`, a
 * line a picture. Checkpoints hold the digest alone.
 */
import { basename, join } from "node:path";
import { exists, writeWhole } from "../../lib/files/mod.ts";
import { digestOf } from "../data/digest.ts";
import type { DataDigest, DataRecord, PictureRecord } from "../data/types.ts";

/** Lines of 200,000 pictures have some 10 MB: a larger file is not a list of pictures. */
const longest = 2 ** 28; // bytes

/** The file of a data set in the folder of a run. */
function recordPath(folder: string, { train, validation }: DataDigest): string {
  return join(folder, "data", `${train.slice(0, 12)}-${validation.slice(0, 12)}.jsonl`);
}

/**
 * Keeps the record of a data set in the folder of a run, and removes those that are neither of it nor of `also`.
 *
 * @param also the data that the newest checkpoint is of: until the next one is written, that is what is compared with
 */
export async function keepRecord(
  folder: string,
  digest: DataDigest,
  record: () => DataRecord,
  also: DataDigest | undefined,
): Promise<void> {
  const path = recordPath(folder, digest);
  if (!await exists(path)) await writeWhole(path, linesOf(record()));
  const kept = [path, ...(also === undefined ? [] : [recordPath(folder, also)])].map((path) => basename(path));
  for await (const { name } of Deno.readDir(join(folder, "data"))) {
    if (!kept.includes(name)) await Deno.remove(join(folder, "data", name));
  }
}

/** The record of a data set, where the folder of the run has it, whole. */
export async function readRecord(folder: string, digest: DataDigest): Promise<DataRecord | undefined> {
  const path = recordPath(folder, digest);
  try {
    if ((await Deno.stat(path)).size > longest) return undefined;
    const record = parseLines(await Deno.readTextFile(path));
    const found = digestOf(record);
    return found.train === digest.train && found.validation === digest.validation ? record : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

type Line = readonly [split: "train" | "validation", content: string, label: number | null, name: string];

function linesOf(record: DataRecord): string {
  const lines = (["train", "validation"] as const).flatMap((split) =>
    record[split].map(({ content, label, name }): Line => [split, content, label ?? null, name])
  );
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

function parseLines(text: string): DataRecord {
  const record: { train: PictureRecord[]; validation: PictureRecord[] } = { train: [], validation: [] };
  for (const line of text.split("\n").slice(0, -1)) {
    const parsed = JSON.parse(line) as Line;
    if (!Array.isArray(parsed)) throw new SyntaxError("Not a line of a record");
    const [split, content, label, name] = parsed;
    record[split === "train" ? split : "validation"].push({
      name: String(name),
      content: String(content),
      ...(label === null ? {} : { label: Number(label) }),
    });
  }
  return record;
}
