/** Where a command speaks to its user: lines that stay, and one line of progress below them. */
import picocolors from "picocolors";
import { visible, visibleLines } from "../../text/mod.ts";
import type { Problem } from "../problem.ts";
import { asTyped } from "../text/shell.ts";
import { wrap } from "../text/width.ts";
import { bar, plain, type Progress } from "./bar.ts";
import { harmless } from "./harmless.ts";
import { progressLine } from "./progress_line.ts";

export type { Progress } from "./bar.ts";

/** Colours, or the identity where there are none. */
export type Colors = Pick<typeof picocolors, "bold" | "dim" | "green" | "red" | "yellow" | "cyan">;

/** Where a command speaks to its user. */
export interface Console {
  /** Columns that may be used: at most 100. */
  readonly width: number;
  readonly colors: Colors;
  /** A line that stays. What cannot be seen in it is escaped, line breaks too. */
  line(text?: string): void;
  /** A warning of one line or several: it stays, and stands out. What cannot be seen in it is escaped. */
  warn(text: string): void;
  /** Shows how far something is, in place of what was shown before. */
  progress(progress: Progress): void;
  /** Takes the line of progress away. */
  endProgress(): void;
}

/** A message as the text of a warning: help below it. */
export function warning({ message, help }: Omit<Problem, "place">): string {
  return [message, ...help.map((line) => `  ${line}`)].map(visible).join("\n");
}

/** What a console writes to. */
export interface Streams {
  out(text: string): void;
  err(text: string): void;
  /** Whether lines can be overwritten. */
  readonly interactive: boolean;
  /** Columns of the terminal, as they are now. */
  columns(): number;
  readonly colors: Colors;
  /** Milliseconds, for how often plain lines are printed. */
  now(): number;
}

const widest = 100; // columns
const plainInterval = 10_000; // milliseconds between lines of progress where nothing can be overwritten

/** A console on the process's own output. */
export function terminalConsole(): Console {
  const interactive = Deno.stdout.isTerminal() && Deno.env.get("TERM") !== "dumb";
  // Its rule alone would colour files too wherever the variable CI is set.
  const colored = picocolors.isColorSupported && (interactive || Deno.env.has("FORCE_COLOR"));
  const encoder = new TextEncoder();
  const write = (stream: { writeSync(bytes: Uint8Array): number }) => (text: string) => {
    const bytes = encoder.encode(asTyped(text));
    for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
  };
  return createConsole({
    out: write(Deno.stdout),
    err: write(Deno.stderr),
    interactive,
    columns: () => interactive ? Deno.consoleSize().columns : widest,
    colors: picocolors.createColors(colored),
    now: () => performance.now(),
  });
}

/** A console on any output. */
export function createConsole(streams: Streams): Console {
  const { out, err, interactive, colors } = streams;
  const width = () => Math.min(widest, Math.max(20, streams.columns() || widest)); // 0: some do not know theirs
  // One column stays free: a line that fills the last one makes some terminals wrap.
  const line = progressLine((progress) => bar(told(progress), width() - 1, colors), out);
  let label = "";
  let printed = -Infinity;
  return {
    get width() {
      return width();
    },
    colors,
    line: (text = "") => line.around(() => out(`${harmless(text, colors)}\n`)),
    warn(text) {
      const lines = visibleLines(text).split("\n").flatMap((each) => {
        const indent = /^ */.exec(each)![0];
        return wrap(each.trimStart(), width() - 9 - indent.length).map((part) => indent + part);
      });
      line.around(() => err(`${colors.yellow("warning")}  ${lines.join("\n         ")}\n`));
    },
    progress(progress) {
      if (interactive) return line.show(progress);
      // The first line of each kind of work waits too: short work is not worth one.
      if (progress.label !== label) {
        [label, printed] = [progress.label, Math.max(printed, streams.now() - plainInterval / 2)];
      }
      if (streams.now() - printed < plainInterval) return;
      printed = streams.now();
      out(`${plain(told(progress))}\n`);
    },
    endProgress: () => line.end(),
  };
}

/** Progress of something whose name may come from outside. */
function told(progress: Progress): Progress {
  return { ...progress, label: visible(progress.label), details: progress.details.map(visible) };
}
