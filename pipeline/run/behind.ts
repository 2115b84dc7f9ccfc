/** Compares what lies behind a run with what was there when its checkpoint was written: pictures, program, machine. */
import { changesBetween, type DataChanges } from "../data/changes.ts";
import type { Pictures } from "../data/types.ts";
import * as messages from "../problems/messages/behind.ts";
import { listed, type Message, quote } from "../problems/messages/text.ts";
import { backendChanged } from "../problems/messages/run.ts";
import type { Console } from "../terminal/console.ts";
import { warning } from "../problems/warning.ts";
import { version } from "../version.ts";
import type { Checkpoint, Position } from "./checkpoint.ts";
import { readRecord } from "./data_record.ts";

/** What is there now. */
export type Here = Pick<Position, "backend" | "devices" | "build" | "pictures" | "classes" | "data">;

/** What was found. */
export interface Behind {
  readonly warnings: readonly Message[];
  /** Whether training goes through other pictures than before: the epoch that was under way has to begin again. */
  readonly otherPictures: boolean;
  /** Whether the folder has the record of the old pictures, and none of them is among the new ones. */
  readonly nothingInCommon: boolean;
}

/**
 * Compares a checkpoint with what is there now.
 *
 * @param folder of the run, which may have the record of its pictures
 * @param moved options that say where the data are, and have changed, such as `dataset.folder: a → b`
 * @param fitted whether the normalizer has statistics of pixels
 */
export async function compareBehind(
  { position, denoise }: Pick<Checkpoint, "position" | "denoise">,
  { here, pictures, folder, moved, fitted }: {
    here: Here;
    pictures: Pick<Pictures, "record" | "validation">;
    folder: string;
    moved: readonly string[];
    fitted: boolean;
  },
): Promise<Behind> {
  const warnings = [...programAndMachine(position, denoise, here)];
  const done = (otherPictures: boolean, nothingInCommon = false) => ({ warnings, otherPictures, nothingInCommon });
  const { data } = position;
  if (position.pictures === 0) return done(false); // imported weights have seen other pictures
  if (data === undefined || here.data === undefined) {
    const other = position.pictures !== here.pictures;
    if (other) warnings.push(messages.dataCountChanged(position.pictures, here.pictures, fitted));
    else if (moved.length > 0) warnings.push(messages.dataUnknown(moved));
    return done(other);
  }
  if (data.train === here.data.train) {
    const renamed = position.classes?.join("\n") !== here.classes?.join("\n");
    if (renamed) warnings.push(messages.classesRenamed(position.classes ?? [], here.classes ?? []));
  }
  if (data.train === here.data.train && data.validation === here.data.validation) return done(false);
  const [before, now] = [await readRecord(folder, data), pictures.record()];
  if (data.validation !== here.data.validation) {
    warnings.push(messages.heldOutChanged(before?.validation.length, now.validation.length));
  }
  if (data.train === here.data.train) return done(false);
  if (before === undefined) {
    const lines = [`there were ${position.pictures} of them and there are ${here.pictures}`];
    warnings.push(messages.dataChanged(position.step, lines, fitted));
    return done(true);
  }
  warnings.push(messages.dataChanged(position.step, linesOf(changesBetween(before, now)), fitted));
  // By pixels, not by what became of the names: the same pictures under exchanged names are the same data set.
  const seen = new Set(before.train.map(({ content }) => content));
  return done(true, !now.train.some(({ content }) => seen.has(content)));
}

function* programAndMachine(position: Position, denoise: string | undefined, here: Here): Iterable<Message> {
  const [was, is] = [backendText(position), backendText(here)];
  if (was !== is) yield backendChanged(was, is);
  else if (position.build !== undefined && here.build !== undefined && position.build !== here.build) {
    yield messages.buildChanged(here.backend, position.build, here.build);
  }
  if (denoise !== undefined && denoise !== version) yield messages.versionChanged(denoise, version);
}

/** As in a recipe: `wasm`, `{ use: xla, devices: 4 }`. */
function backendText({ backend, devices = 1 }: Pick<Position, "backend" | "devices">): string {
  return devices === 1 ? backend : `{ use: ${backend}, devices: ${devices} }`;
}

/** Warns where a model is measured on other validation pictures than those that were held out while it was trained. */
export function printOtherData(console: Console, { data }: Position, { digest }: Pick<Pictures, "digest">): void {
  if (data !== undefined && data.validation !== digest.validation) console.warn(warning(messages.measuredOnOthers()));
}

/** What has become of which pictures, a line each: `3 added: "a.png", "b.png", "c.png"`. */
export function linesOf(changes: DataChanges): string[] {
  const { added, removed, changed, renamed, relabelled, fromValidation, toValidation, same } = changes;
  const line = (names: readonly string[], what: string) =>
    names.length === 0 ? [] : [
      `${names.length.toLocaleString("en-US")} ${what}: ${listed(names.slice(0, 5).map(quote))}${
        names.length > 5 ? ` and ${(names.length - 5).toLocaleString("en-US")} more` : ""
      }`,
    ];
  const lines = [
    ...line(added, "added"),
    ...line(removed, "removed, or no longer readable"),
    ...line(changed, "with other pixels"),
    ...line(relabelled, "with another label"),
    ...line(renamed, "renamed"),
    ...line(fromValidation, "held out before"),
    ...line(toValidation, "held out now"),
  ];
  return lines.length === 0 ? ["they come in another order"] : [...lines, `${same.toLocaleString("en-US")} as before`];
}
