/** Holds docs/security.md to its word: what it says holds a rule is a test that is there. */
import assert from "node:assert/strict";
import { sourceFiles, textOf } from "./source_files.ts";

Deno.test("docs/security.md names tests that are there", async () => {
  const text = await textOf("docs/security.md");
  const named = [...text.matchAll(/`([^`\s]+_test\.ts)`/g)].map(([, file]) => file!);
  const files = await sourceFiles();
  assert.deepEqual(named.filter((file) => !files.includes(file)), []);
  assert.ok(named.length > 10, `found ${named.length}`);
});
