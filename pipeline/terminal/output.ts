/** The process's own output: what becomes of a program whose output cannot be written. */
import { askToStop, outputClosedCode } from "./interrupt.ts";

/** Nobody reads the output any more, and nothing listens that could stop in order: the command ends without a word. */
export class OutputClosed extends Error {
  override readonly name = "OutputClosed";
  readonly code = outputClosedCode;
}

interface Stream {
  writeSync(bytes: Uint8Array): number;
}

/** Why output was lost, where it was. The program continues: what it computes is worth more. */
let lost: Error | undefined;

/** Whether some output could not be written, as on a disk that is full: the exit code has to say so. */
export function outputLost(): boolean {
  return lost !== undefined;
}

/** Milliseconds that a reader may take nothing before the rest is given up. */
const patience = 10_000;

/**
 * A function that writes text to a stream, all of it, and never fails in the middle of what the program does:
 *
 * - Nobody reads it any more, as where `head` has seen enough: the program is asked to stop, as by Ctrl-C.
 * - The terminal is gone: nothing more is written. Whether the program stops is up to SIGHUP, which `nohup` ignores.
 * - It cannot be written, as on a full disk: said once on the other stream, and the program continues without it.
 *
 * @param other where it is said that this one cannot be written
 */
export function writerTo(stream: Stream, name: string, other?: (text: string) => void): (text: string) => void {
  const encoder = new TextEncoder();
  let closed = false;
  return (text) => {
    if (closed) return;
    try {
      writeAll(stream, encoder.encode(text));
    } catch (error) {
      closed = true;
      if (error instanceof Deno.errors.BrokenPipe) {
        if (!askToStop(outputClosedCode)) throw new OutputClosed("Nobody reads the output any more");
      } else if (!/\(os error 5\)|\(os error 6\)/.test((error as Error).message)) {
        lost ??= error as Error;
        const reason = (error as Error).message.replace(/ \(os error .*/, "");
        other?.(`Cannot write to ${name}: ${reason}; continuing without it\n`);
      }
    }
  };
}

function writeAll(stream: Stream, bytes: Uint8Array): void {
  let waited = 0;
  for (let at = 0; at < bytes.length;) {
    try {
      const written = stream.writeSync(bytes.subarray(at));
      at += written;
      if (written > 0) waited = 0;
    } catch (error) {
      if (error instanceof Deno.errors.Interrupted) continue;
      // A pipe that another process has set to refuse what it has no room for.
      if (!(error instanceof Deno.errors.WouldBlock) || waited >= patience) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
      waited += 10;
    }
  }
}

/** Writes the bytes of a file to standard output. @throws {OutputClosed} where nobody reads them to their end */
export function bytesToStdout(bytes: Uint8Array): void {
  try {
    writeAll(Deno.stdout, bytes);
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    throw new OutputClosed("Nobody reads the output any more");
  }
}

/** Writes to standard error. */
export const toStderr: (text: string) => void = writerTo(Deno.stderr, "standard error");

/** Writes to standard output. */
export const toStdout: (text: string) => void = writerTo(Deno.stdout, "standard output", toStderr);
