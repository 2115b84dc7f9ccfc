/** Digests of data sets: by the decoded pictures and their labels, wherever and whenever the files were written. */
import { createHash } from "node:crypto";
import type { DataDigest, DataRecord, PictureRecord } from "./types.ts";

/** The digest of both splits. */
export function digestOf({ train, validation }: DataRecord): DataDigest {
  return { train: digestOfSplit(train), validation: digestOfSplit(validation) };
}

/** Pictures are told apart by their place, as random draws are: the order counts, names do not. */
function digestOfSplit(pictures: readonly PictureRecord[]): string {
  const hash = createHash("sha256");
  for (const { content, label } of pictures) hash.update(`${content} ${label ?? "-"}\n`);
  return hash.digest("hex").slice(0, 32);
}
