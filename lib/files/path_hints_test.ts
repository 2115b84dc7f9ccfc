/** Tests of what is said of paths that lead nowhere. */
import assert from "node:assert/strict";
import { pathHints, unexpanded } from "./mod.ts";

Deno.test("pathHints() says what is wrong with a path, and nothing of one that may only be missing", () => {
  const cases: [path: string, hints: string[]][] = [
    ["~/x", ['write the whole path: only a shell expands "~"']],
    ["~me/x", ['write the whole path: only a shell expands "~me"']],
    ["$HOME/x", ['write the whole path: only a shell expands "$HOME"']],
    ["${HOME}/x", ['write the whole path: only a shell expands "${HOME}"']],
    ["a/$DATA/x", ['write the whole path: only a shell expands "$DATA"']],
    ["%USERPROFILE%/x", ['write the whole path: only a shell expands "%USERPROFILE%"']],
    ["file:///a/b%20c", ["write a path, not an address: /a/b c"]],
    ["https://a.org/b", ["write a path: nothing is loaded from an address here"]],
    ["'a b'", ["the quotes are a part of the name here: write a b"]],
    ['"a"', ["the quotes are a part of the name here: write a"]],
    ["a ", ["there is a space at its end: delete it"]],
    [" a", ["there is a space at its beginning: delete it"]],
    ["C:\\data", ['write "/" between folders: "\\" is a part of a name here']],
    ["C:\new", ['double quotes make one character of "\\n": use single quotes, or "/"']],
    ["C:\temp", ['double quotes make one character of "\\t": use single quotes, or "/"']],
    ...["a/b", "a b/c", "é", "100%", "a$", "$5 notes", "a~b", "c:/x", "C:", ""].map((
      path,
    ): [string, string[]] => [path, []]),
  ];
  for (const [path, hints] of cases) assert.deepEqual(pathHints(path, "linux"), hints, path);
  assert.deepEqual(pathHints("C:\\data", "windows"), []);
});

Deno.test("unexpanded() is what a shell would have replaced at the beginning", () => {
  assert.deepEqual(
    ["~", "~/x", "$HOME/x", "${A}x", "%A%\\x", "a/~", "x/$HOME", "./~", "a~"].map((path) => unexpanded(path)),
    ["~", "~", "$HOME", "${A}", "%A%", undefined, undefined, undefined, undefined],
  );
});
