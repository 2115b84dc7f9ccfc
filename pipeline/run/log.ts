/** The log of a run: one JSON object a line, a step or an event each. */
import { visibleJson } from "../../text/mod.ts";

/** An entry. `step` counts finished updates; an entry without `event` is a step. */
export interface LogEntry {
  readonly step: number;
  readonly event?: string;
  readonly [name: string]: unknown;
}

/** A log that is written in order of steps. */
export class RunLog implements Disposable {
  private constructor(private readonly file: Deno.FsFile) {}

  /**
   * Opens a log to go on after `step`: entries of later steps are cut off, and so is a last line that was not finished,
   * because those steps are done again.
   */
  static async open(path: string, step: number): Promise<RunLog> {
    const file = await Deno.open(path, { read: true, write: true, create: true });
    const bytes = await Deno.readFile(path);
    const end = endOf(bytes, step);
    if (end < bytes.length) await file.truncate(end);
    await file.seek(end, Deno.SeekMode.Start);
    return new RunLog(file);
  }

  /** Appends an entry. */
  append(entry: LogEntry): void {
    const bytes = new TextEncoder().encode(`${visibleJson(entry)}\n`);
    for (let at = 0; at < bytes.length;) at += this.file.writeSync(bytes.subarray(at));
  }

  /** Returns once all entries are on the disk. */
  async sync(): Promise<void> {
    await this.file.sync();
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

/** Bytes of the log up to the first entry of a later step, or that is no entry. */
function endOf(bytes: Uint8Array, step: number): number {
  const decoder = new TextDecoder();
  let end = 0;
  while (true) {
    const newline = bytes.indexOf(0x0a, end);
    if (newline === -1) return end;
    const entry = parse(decoder.decode(bytes.subarray(end, newline)));
    if (entry === undefined || entry.step > step) return end;
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
