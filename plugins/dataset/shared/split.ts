/** Which pictures are held out: a function of their names, so that adding pictures does not reshuffle the others. */
import { files } from "denoise/plugin";

/**
 * Splits items by a hash of their names: about `fraction` of them are held out, at least one on either side where the
 * fraction is not 0 and there are two. A single picture is trained on.
 *
 * @param fraction from 0 to below 1
 */
export function splitByName(names: readonly string[], fraction: number): { train: number[]; validation: number[] } {
  // 48 bits: exact in a float64, and more than enough to tell pictures apart.
  const places = names.map((name) => parseInt(files.sha256(name.normalize("NFC")).slice(0, 12), 16) / 2 ** 48);
  const train: number[] = [];
  const validation: number[] = [];
  for (const [i, place] of places.entries()) (place < fraction ? validation : train).push(i);
  if (names.length === 1) return { train: [0], validation: [] };
  if (fraction > 0 && names.length > 1) {
    const byPlace = (a: number, b: number) => places[a]! - places[b]!;
    if (validation.length === 0) validation.push(...train.splice(train.indexOf(train.toSorted(byPlace)[0]!), 1));
    if (train.length === 0) {
      train.push(...validation.splice(validation.indexOf(validation.toSorted(byPlace).at(-1)!), 1));
    }
  }
  return { train, validation };
}
