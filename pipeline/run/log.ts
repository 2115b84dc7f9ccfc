/** The log of a run: one JSON object a line, a step or an event each. */
import { named } from "../../files/refusal.ts";
import { writeAllSync } from "../../files/whole.ts";

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
   * Opens a log to go on after `step`: entries of later steps are cut off, and so is a last line that was not finished,
   * because those steps are done again.
   *
   * @param measured false where what is due at `step` was not done to its end: it is done again, with its entries
   */
  static async open(path: string, step: number, measured = true): Promise<RunLog> {
    const file = await Deno.open(path, { read: true, write: true, create: true });
    try {
      const bytes = await Deno.readFile(path);
      const end = endOf(bytes, (entry) => entry.step > step || (!measured && entry.step === step && isDue(entry)));
      await named("write", path, async () => {
        if (end < bytes.length) await file.truncate(end);
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
    writeAllSync(this.file, new TextEncoder().encode(`${JSON.stringify(entry)}\n`), this.path);
  }

  /** Returns once all entries are on the disk. */
  async sync(): Promise<void> {
    await named("write", this.path, () => this.file.sync());
  }

  [Symbol.dispose](): void {
    this.file.close();
  }
}

/** The entries of a log; a last line that was not finished is left out, and lines that are no entries. */
export async function readLog(path: string): Promise<LogEntry[]> {
  const lines = (await Deno.readTextFile(path)).split("\n").slice(0, -1);
  return lines.flatMap((line) => parse(line) ?? []);
}

/** Whether an entry tells what is due between two steps. */
function isDue({ event = "" }: LogEntry): boolean {
  return ["epoch", "metrics", "samples"].includes(event);
}

/** Bytes of the log up to the first entry that is to be cut off, or that is none. */
function endOf(bytes: Uint8Array, cut: (entry: LogEntry) => boolean): number {
  const decoder = new TextDecoder();
  let end = 0;
  while (true) {
    const newline = bytes.indexOf(0x0a, end);
    if (newline === -1) return end;
    const entry = parse(decoder.decode(bytes.subarray(end, newline)));
    if (entry === undefined || cut(entry)) return end;
    end = newline + 1;
  }
}

function parse(line: string): LogEntry | undefined {
  try {
    const entry = JSON.parse(line);
    return typeof entry?.step === "number" ? entry : undefined;
  } catch {
    return undefined;
  }
}
