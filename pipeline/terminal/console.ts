/** Where a command speaks to its user: lines that stay, and one line of progress below them. */
import picocolors from "picocolors";
import { visible, visibleLines } from "../../lib/text/mod.ts";
import { asTyped } from "./shell.ts";
import { wrap } from "./width.ts";
import { bar, plainProgress, type Progress } from "./bar.ts";
import { harmless } from "./harmless.ts";
import { toStderr, toStdout } from "./output.ts";
import { progressLine } from "./progress_line.ts";

export type { Progress } from "./bar.ts";

/** Colours, or the identity where there are none. */
export type Colors = Pick<typeof picocolors, "bold" | "dim" | "green" | "red" | "yellow" | "cyan">;

/** Lines that stay. */
export interface Lines {
  /** Columns that may be used: at most 100. */
  readonly width: number;
  /** Colours for parts of a line; the identity where there are none. */
  readonly colors: Colors;
  /** A line that stays. What cannot be seen in it is escaped, line breaks too. */
  line(text?: string): void;
}

/** Where a command speaks to its user: its own lines are messages, those of `results` are what it was asked for. */
export interface Console extends Lines {
  /** What the command came to: a program that reads it gets this and nothing else. */
  readonly results: Lines;
  /** A warning of one line or several: it stays, and stands out. What cannot be seen in it is escaped. */
  warn(text: string): void;
  /** Shows how far something is, in place of what was shown before. */
  progress(progress: Progress): void;
  /** Takes the line of progress away. */
  endProgress(): void;
}

/** What a console writes to. */
export interface Streams {
  /** Lines and progress. */
  out(text: string): void;
  /** Warnings. */
  err(text: string): void;
  /** Results. Default: `out`. */
  readonly results?: (text: string) => void;
  /** Whether lines can be overwritten. */
  readonly interactive: boolean;
  /** Columns of the terminal, as they are now; 0 where that is not known. */
  columns(): number;
  /** Of `out`. */
  readonly colors: Colors;
  /** Of `err`. Default: those of `out`. */
  readonly errorColors?: Colors;
  /** Of `results`. Default: those of `out`. */
  readonly resultColors?: Colors;
  /** Milliseconds, for how often plain lines are printed. */
  now(): number;
}

const widest = 100; // columns
const narrowest = 20; // columns that text is wrapped to; what is wider than the terminal, it wraps itself
const plainInterval = 10_000; // milliseconds between lines of progress where nothing can be overwritten

/**
 * A console on the process's own output: messages and progress on standard error, results on standard output.
 *
 * @param options `quiet`: results are messages too, because standard output is for something else
 */
export function terminalConsole({ quiet = false }: { quiet?: boolean } = {}): Console {
  const interactive = isInteractive(Deno.stderr);
  const err = (text: string) => toStderr(asTyped(text));
  return createConsole({
    out: err,
    err,
    results: quiet ? err : (text) => toStdout(asTyped(text)),
    interactive,
    columns: () => interactive ? terminalColumns() : widest,
    colors: picocolors.createColors(isColored(Deno.stderr)),
    resultColors: picocolors.createColors(isColored(quiet ? Deno.stderr : Deno.stdout)),
    now: () => performance.now(),
  });
}

interface Terminal {
  isTerminal(): boolean;
}

/** Whether lines can be overwritten. */
function isInteractive(stream: Terminal): boolean {
  return stream.isTerminal() && Deno.env.get("TERM") !== "dumb";
}

/**
 * Whether text is coloured on a stream: on terminals, unless `NO_COLOR` is set or `TERM` is `dumb`, and wherever
 * `FORCE_COLOR` asks for it.
 */
export function isColored(
  stream: Terminal,
  env: (name: string) => string | undefined = (name) => Deno.env.get(name),
): boolean {
  if (env("NO_COLOR")) return false; // https://no-color.org: whatever it is, unless empty
  const forced = env("FORCE_COLOR");
  if (forced) return forced !== "0" && forced !== "false"; // https://force-color.org
  return stream.isTerminal() && env("TERM") !== "dumb";
}

/** Columns of the terminal as they are now; 0 where that is not known, as when it was closed. */
export function terminalColumns(): number {
  try {
    return Deno.consoleSize().columns;
  } catch {
    return 0;
  }
}

/** A console on any output. */
export function createConsole(streams: Streams): Console {
  const { out, err, results = out, interactive, colors, errorColors = colors, resultColors = colors } = streams;
  const columns = () => Math.min(widest, streams.columns() || widest); // 0: some do not know theirs
  const width = () => Math.max(narrowest, columns());
  // One column stays free: a line that fills the last one makes some terminals wrap. A line that is wrapped could not be
  // drawn over: it is cut to the terminal, however narrow that is.
  const line = progressLine((progress) => bar(told(progress), Math.max(1, columns() - 1), colors), out, streams.now);
  let label = "";
  let printed = -Infinity;
  return {
    get width() {
      return width();
    },
    colors,
    line: (text = "") => line.around(() => out(`${harmless(text, colors)}\n`)),
    results: {
      get width() {
        return width();
      },
      colors: resultColors,
      line: (text = "") => line.around(() => results(`${harmless(text, resultColors)}\n`)),
    },
    warn(text) {
      const lines = visibleLines(text).split("\n").flatMap((each) => {
        const indent = /^ */.exec(each)![0];
        return wrap(each.trimStart(), width() - 9 - indent.length).map((part) => indent + part);
      });
      line.around(() => err(`${errorColors.yellow("warning")}  ${lines.join("\n         ")}\n`));
    },
    progress(progress) {
      if (interactive) return line.show(progress);
      // The first line of each kind of work waits too: short work is not worth one.
      if (progress.label !== label) {
        [label, printed] = [progress.label, Math.max(printed, streams.now() - plainInterval / 2)];
      }
      if (streams.now() - printed < plainInterval) return;
      printed = streams.now();
      out(`${plainProgress(told(progress))}\n`);
    },
    endProgress: () => line.end(),
  };
}

/** Progress of something whose name may come from outside. */
function told(progress: Progress): Progress {
  return { ...progress, label: visible(progress.label), details: progress.details.map(visible) };
}
