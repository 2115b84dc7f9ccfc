/** Tests of output that cannot be written. */
import assert from "node:assert/strict";
import { onInterrupt } from "./interrupt.ts";
import { OutputClosed, outputLost, writerTo } from "./output.ts";

/** A stream that takes three bytes at a time, and fails as it is told. */
function stream(...failures: (Error | undefined)[]) {
  const written: number[] = [];
  const decoder = new TextDecoder();
  return {
    get text() {
      return decoder.decode(Uint8Array.from(written));
    },
    writeSync(bytes: Uint8Array) {
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      written.push(...bytes.subarray(0, 3));
      return Math.min(3, bytes.length);
    },
  };
}
const closed = () => new Deno.errors.BrokenPipe("Broken pipe (os error 32)");

Deno.test("writerTo() writes all of a text, whatever a stream takes at a time or refuses for now", () => {
  const out = stream(undefined, new Deno.errors.WouldBlock("later"), new Deno.errors.Interrupted("a signal"));
  writerTo(out, "out")("a longer text\n");
  assert.equal(out.text, "a longer text\n");
});

Deno.test("writerTo() ends a command whose output nobody reads, or asks what it does to stop", () => {
  assert.throws(() => writerTo(stream(closed()), "out")("text"), (error) => {
    assert.ok(error instanceof OutputClosed);
    return error.code === 141;
  });
  using interruption = onInterrupt();
  const out = stream(undefined, closed());
  const write = writerTo(out, "out");
  write("text");
  assert.deepEqual([interruption.signal.aborted, interruption.code], [true, 141]);
  write("more");
  assert.equal(out.text, "tex", "nothing more is written");
});

Deno.test("writerTo() says once where it cannot write, and drops what a terminal that is gone would show", () => {
  const said: string[] = [];
  const gone = writerTo(stream(new Error("Input/output error (os error 5)")), "out", (text) => void said.push(text));
  gone("text");
  assert.deepEqual([said, outputLost()], [[], false]);
  const full = writerTo(
    stream(new Error("No space left on device (os error 28)")),
    "out",
    (text) => void said.push(text),
  );
  full("text");
  full("more");
  assert.deepEqual(said, ["Cannot write to out: No space left on device; continuing without it\n"]);
  assert.ok(outputLost());
});
