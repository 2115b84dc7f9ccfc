/**
 * Decodes damaged pictures in a process of its own, which may crash: says which trial begins, and what came of it, as a
 * line of JSON each. Arguments: seed, first trial, number of trials.
 */
import { decode } from "../../../lib/image/mod.ts";
import { drawsOf } from "../draws.ts";
import { damaged } from "./damage.ts";
import { soundPictures } from "./sound.ts";

/** What the child says of a trial. */
export type ChildLine =
  | { readonly begin: number; readonly what: string }
  | {
    readonly end: number;
    readonly accepted: boolean;
    readonly seconds: number;
    readonly memory: number;
    readonly fault?: string;
  };

/** Trials after which the last ones are decoded again all at once: they have to come to the same. */
const together = 16;

function say(line: ChildLine): void {
  console.log(JSON.stringify(line));
}

/** What came of a file: a picture by its size and the sum of its bytes, or why there is none. */
async function outcome(file: Uint8Array): Promise<{ accepted: boolean; text: string; fault?: string }> {
  try {
    const { width, height, data } = await decode(file);
    const text = `${width}×${height}, sum ${data.reduce((sum, value) => sum + value, 0)}`;
    return {
      accepted: true,
      text,
      ...(data.length === width * height * 3 ? {} : { fault: `${data.length} bytes for ${text}` }),
    };
  } catch (error) {
    const { message } = error as Error;
    // A sentence of ours: what it is, and what is wrong with it.
    const ours = /^The (file|JPEG picture|PNG picture|GIF picture|WebP picture|AVIF picture|TIFF picture) [^\n]+$/;
    return { accepted: false, text: message, ...(ours.test(message) ? {} : { fault: `it says only "${message}"` }) };
  }
}

if (import.meta.main) {
  const [seed, first, count] = Deno.args.map(Number);
  const sound = await soundPictures();
  let last: { trial: number; file: Uint8Array; text: string }[] = [];
  for (let trial = first!; trial < first! + count!; trial++) {
    const { name, file } = damaged(sound, drawsOf(seed!, trial));
    say({ begin: trial, what: name });
    const start = performance.now();
    const { accepted, text, fault } = await outcome(file);
    const seconds = (performance.now() - start) / 1000;
    last.push({ trial, file, text });
    let other: string | undefined;
    if (last.length === together || trial === first! + count! - 1) {
      const again = await Promise.all(last.map(({ file }) => outcome(file)));
      const differs = last.findIndex(({ text }, i) => again[i]!.text !== text);
      if (differs >= 0) {
        const { trial, text } = last[differs]!;
        other = `trial ${trial} came to "${text}" alone, and to "${again[differs]!.text}" beside others`;
      }
      last = [];
    }
    const found = fault ?? other;
    say({
      end: trial,
      accepted,
      seconds,
      memory: Deno.memoryUsage().rss,
      ...(found === undefined ? {} : { fault: found }),
    });
  }
}
