/** The log of a run: one JSON object a line, a step or an event each. */
import { Buffer } from "node:buffer";
import { named } from "../../lib/files/refusal.ts";
import { writeAllSync } from "../../lib/files/whole.ts";
import { visibleJson } from "../../lib/text/mod.ts";

/** An entry. `step` counts finished updates; an entry without `event` is a step. */
export interface LogEntry {
  readonly step: number;
  readonly event?: string;
  readonly [name: string]: unknown;
}

/** A log that is written in order of steps. */
export class RunLog implements Disposable {
  private constructor(private readonly file: Deno.FsFile, private readonly path: string) {}

  /**
   * Opens a log to continue after `step`: entries of later steps are cut off, and so is a last line that was not finished,
   * because those steps are done again.
   *
   * @param measured false where what is due at `step` was not done to its end: it is done again, with its entries
   */
  static async open(path: string, step: number, measured = true): Promise<RunLog> {
    const file = await Deno.open(path, { read: true, write: true, create: true });
    try {
      let end = 0;
      for await (const { entry, until } of linesOf(path)) {
        if (entry === undefined) continue; // damaged: it stays where entries follow that are not
        if (entry.step > step || (!measured && entry.step === step && isDue(entry))) break;
        end = until;
      }
      await named("write", path, async () => {
        if (end < (await file.stat()).size) await file.truncate(end);
        await file.seek(end, Deno.SeekMode.Start);
      });
      return new RunLog(file, path);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** Appends an entry. */
  append(entry: LogEntry): void {
    writeAllSync(this.file, new TextEncoder().encode(`${visibleJson(entry)}\n`), this.path);
  }

  /** Returns once all entries are on the disk. */
  async sync(): Promise<void> {
    await named("write", this.path, () => this.file.sync());
  }

  [Symbol.dispose](): void {
    this.file.close();
  }
}

/** Characters of an entry; the longest are a few hundred. */
const maxLine = 2 ** 20;

/** The entries of a log; a last line that was not finished is left out, and lines that are not entries. */
export async function readLog(path: string): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  for await (const { entry } of linesOf(path)) if (entry !== undefined) entries.push(entry);
  return entries;
}

const endBytes = 2 ** 18;

/** The last entries of a log, some thousand of them; none where there is no log. */
export async function readLogEnd(path: string): Promise<LogEntry[]> {
  try {
    using file = await Deno.open(path);
    const { size } = await file.stat();
    await file.seek(Math.max(0, size - endBytes), Deno.SeekMode.Start);
    const bytes = await new Response(file.readable).bytes();
    // The first line is cut off as a rule, and then it is none.
    return new TextDecoder().decode(bytes).split("\n").slice(0, -1).flatMap((line) => parse(line) ?? []);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return [];
    throw error;
  }
}

/** Whether an entry tells what is due between two steps. */
function isDue({ event = "" }: LogEntry): boolean {
  return ["epoch", "metrics", "samples", "stopped"].includes(event);
}

/** The finished lines of a log, piece by piece: their entries, where they are some, and where they end, in bytes. */
async function* linesOf(path: string): AsyncGenerator<{ entry: LogEntry | undefined; until: number }> {
  const decoder = new TextDecoder();
  /** Bytes of the line that is not finished; undefined where it is too long for an entry. */
  let open: Uint8Array[] | undefined = [];
  let length = 0;
  let at = 0;
  for await (const chunk of (await Deno.open(path)).readable) {
    for (let start = 0; start < chunk.length;) {
      const newline = chunk.indexOf(0x0a, start);
      const end = newline === -1 ? chunk.length : newline;
      length += end - start;
      if (length > maxLine) open = undefined;
      open?.push(chunk.slice(start, end));
      at += end - start;
      start = end;
      if (newline === -1) continue;
      yield { entry: open && parse(decoder.decode(Buffer.concat(open))), until: ++at };
      start++;
      open = [];
      length = 0;
    }
  }
}

function parse(line: string): LogEntry | undefined {
  try {
    const entry = JSON.parse(line);
    return Number.isSafeInteger(entry?.step) && entry.step >= 0 ? entry : undefined;
  } catch {
    return undefined;
  }
}
