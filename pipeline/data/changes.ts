/** What differs between the pictures that a run was trained on and those that are there now. */
import type { DataRecord, PictureRecord } from "./types.ts";

/** The changes of the training pictures, by name. A picture is in one of the lists only. */
export interface DataChanges {
  /** Not there before. */
  readonly added: readonly string[];
  /** There before. */
  readonly removed: readonly string[];
  /** Held out before, and trained on now. */
  readonly fromValidation: readonly string[];
  /** Trained on before, and held out now. */
  readonly toValidation: readonly string[];
  /** The same name with other pixels. */
  readonly changed: readonly string[];
  /** The same pixels under another name, such as `a.png → b.png`. */
  readonly renamed: readonly string[];
  /** The same picture with another label. */
  readonly relabelled: readonly string[];
  /** How many of the pictures are trained on as before, whatever their names and labels: the rest is in a list. */
  readonly same: number;
}

/** Compares the training pictures of before with those of now. */
export function changesBetween(before: DataRecord, now: DataRecord): DataChanges {
  const [old, current] = [byName(before.train), byName(now.train)];
  const [heldBefore, heldNow] = [byName(before.validation), byName(now.validation)];
  const gone = [...old].filter(([name]) => !current.has(name));
  const come = [...current].filter(([name]) => !old.has(name));
  const toValidation = new Set(gone.map(([name]) => name).filter((name) => heldNow.has(name) && !heldBefore.has(name)));
  const fromValidation = new Set(
    come.map(([name]) => name).filter((name) => heldBefore.has(name) && !heldNow.has(name)),
  );

  // Those that are left are renamed where their pixels come again, each once.
  const free = Map.groupBy(gone.filter(([name]) => !toValidation.has(name)), ([, { content }]) => content);
  const renamed: string[] = [];
  const added: string[] = [];
  const found = new Set<string>();
  for (const [name, { content }] of come) {
    if (fromValidation.has(name)) continue;
    const from = free.get(content)?.shift()?.[0];
    if (from === undefined) added.push(name);
    else {
      found.add(from);
      renamed.push(`${from} → ${name}`);
    }
  }
  const both = [...current].flatMap(([name, now]) => {
    const before = old.get(name);
    return before === undefined ? [] : [{ name, before, now }];
  });
  const changed = both.filter(({ before, now }) => before.content !== now.content).map(({ name }) => name);
  return {
    added,
    removed: gone.map(([name]) => name).filter((name) => !toValidation.has(name) && !found.has(name)),
    fromValidation: [...fromValidation],
    toValidation: [...toValidation],
    changed,
    renamed,
    relabelled: both.filter(({ before, now }) => before.content === now.content && before.label !== now.label)
      .map(({ name }) => name),
    // Not counted by pixels: a picture that became a copy of another one has pixels that were there before.
    same: current.size - added.length - fromValidation.size - changed.length,
  };
}

/** Pictures by name; of several with one name, the later ones get a number. */
function byName(pictures: readonly PictureRecord[]): Map<string, PictureRecord> {
  const all = new Map<string, PictureRecord>();
  const times = new Map<string, number>();
  for (const picture of pictures) {
    const time = (times.get(picture.name) ?? 0) + 1;
    times.set(picture.name, time);
    all.set(time === 1 ? picture.name : `${picture.name} (${time})`, picture);
  }
  return all;
}
