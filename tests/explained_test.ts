import assert from "node:assert/strict";
import { files, Refusal } from "denoise/plugin";
import { RuntimeError } from "../lib/xla/runtime/error.ts";

const { DownloadError, isExplained } = files;

Deno.test("isExplained() tells errors for people from others, by their shape", () => {
  assert.ok(isExplained(new Refusal("end", "End is above start", "lower it")));
  assert.ok(isExplained(new DownloadError("Cannot download it", ["place it by hand"])));
  assert.ok(isExplained(new RuntimeError("Cannot start it", [])));
  assert.ok(isExplained(Object.assign(new Error("a copy's"), { explained: "refused", help: ["change it"] })));
  assert.ok(!isExplained(new Error("Cannot read it")));
  assert.ok(!isExplained(Object.assign(new Error("no list"), { explained: "refused", help: "change it" })));
  assert.ok(!isExplained({ explained: "refused", help: [] }), "no error");
  assert.ok(!isExplained(undefined));
});

Deno.test("a refusal says what is wrong, what to do, and at which option", () => {
  const { message, help, option } = new Refusal("end", "End is above start", "lower it");
  assert.deepEqual({ message, help, option }, { message: "End is above start", help: ["lower it"], option: "end" });
});
