/** Tests of leaving work behind. */
import assert from "node:assert/strict";
import { untilAborted } from "./until_aborted.ts";

Deno.test("untilAborted() gives what the work gives, an error too, where nothing is aborted", async () => {
  const { signal } = new AbortController();
  assert.equal(await untilAborted(Promise.resolve(3), signal), 3);
  await assert.rejects(untilAborted(Promise.reject(new Error("failed")), signal), /failed/);
});

Deno.test("untilAborted() leaves work that does not end, and drops what it fails with later", async () => {
  const stop = new AbortController();
  const work = Promise.withResolvers<void>();
  const left = untilAborted(work.promise, stop.signal);
  stop.abort("stopped");
  await assert.rejects(left, (reason) => reason === "stopped");
  work.reject(new Error("too late"));
  await assert.rejects(
    untilAborted(Promise.reject(new Error("too late")), stop.signal),
    (reason) => reason === "stopped",
  );
  await new Promise((resolve) => setTimeout(resolve)); // An unhandled rejection would fail the test.
});
