/** `npx denoise test` finds the tests of the folder that it is typed in. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { withTestFiles } from "./test_files.ts";

Deno.test("withTestFiles() names the tests of a folder where no file is named, and leaves alone what is", async () => {
  const folder = await Deno.makeTempDir({ prefix: "denoise tests " });
  try {
    const files = ["b_test.ts", "a.test.js", "test.mts", "sub/c_test.ts", "latest.ts", "a_test.txt"];
    for (const path of [...files, "node_modules/x/d_test.ts", ".git/e_test.ts"]) {
      await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
      await Deno.writeTextFile(join(folder, path), "");
    }
    const of = (...args: string[]) => withTestFiles(args, folder);
    const all = ["a.test.js", "b_test.ts", "sub/c_test.ts", "test.mts"];
    assert.deepEqual(await of(), all);
    assert.deepEqual(await of("."), all);
    assert.deepEqual(await of(folder, "--filter", "order"), ["--filter", "order", ...all]);
    assert.deepEqual(await of("--", "more"), [...all, "--", "more"]);
    for (const args of [["sub"], ["--fail-fast", "b_test.ts"], ["--help"], ["*_test.ts"]]) {
      assert.deepEqual(await of(...args), args);
    }
    assert.deepEqual(await withTestFiles([], join(folder, "none")), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
