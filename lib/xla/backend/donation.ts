/** Which outputs of a program take over the memory of which arguments. */
import { sameType, type Type } from "../stablehlo/mod.ts";

interface Place {
  readonly type: Type;
  readonly path: string;
}

/**
 * Pairs donated arguments with outputs of the same type: first those whose paths end alike (`state/kernel`), then any.
 *
 * @returns for the place of an argument, the place of an output
 */
export function pairDonated(
  parameters: readonly Place[],
  donated: readonly number[],
  outputs: readonly Place[],
): Map<number, number> {
  const pairs = new Map<number, number>();
  const free = new Set(outputs.keys());
  const pair = (fits: (parameter: Place, output: Place) => boolean) => {
    for (const i of donated) {
      if (pairs.has(i)) continue;
      for (const o of free) {
        if (!sameType(parameters[i]!.type, outputs[o]!.type) || !fits(parameters[i]!, outputs[o]!)) continue;
        pairs.set(i, o);
        free.delete(o);
        break;
      }
    }
  };
  const tail = (path: string) => /\/.*/.exec(path)?.[0];
  pair((parameter, output) => {
    const end = tail(parameter.path);
    return end !== undefined && output.path.endsWith(end);
  });
  pair(() => true);
  return pairs;
}
