/** Tests of escaping. */
import assert from "node:assert/strict";
import { unseen, visible, visibleBlanks, visibleJson, visibleLines } from "./mod.ts";

Deno.test("visible() escapes what cannot be seen, and leaves ordinary text of any script", () => {
  const cases: [text: string, shown: string][] = [
    ["\u001b[2J\u0007\r\n\t", "\\u001b[2J\\u0007\\r\\n\\t"],
    ["\u007f\u0085\u009b31m", "\\u007f\\u0085\\u009b31m"],
    ["a\u202eb\u2066c\u200f", "a\\u202eb\\u2066c\\u200f"],
    ["\u200b\u200d\ufeff\u00ad\u2060\u180e\u3164\u034f", "\\u200b\\u200d\\ufeff\\u00ad\\u2060\\u180e\\u3164\\u034f"],
    ["\u2028\u2029", "\\u2028\\u2029"],
    ["a\u{e0041}\u{e0100}", "a\\u{e0041}\\u{e0100}"],
    ["x\ufe0f \ud800", "x\\ufe0f \\ud800"],
    ["é e\u0301 漢字 عربي हिन्दी \u0600 C:\\new \"'", "é e\u0301 漢字 عربي हिन्दी \u0600 C:\\new \"'"],
    ["🦊 👩‍👩‍👧 ❤️ 🇩🇪 👍🏽 🏴󠁧󠁢󠁥󠁮󠁧󠁿 1️⃣", "🦊 👩‍👩‍👧 ❤️ 🇩🇪 👍🏽 🏴󠁧󠁢󠁥󠁮󠁧󠁿 1️⃣"],
    ["", ""],
  ];
  for (const [text, shown] of cases) {
    assert.equal(visible(text), shown);
    assert.equal(visible(shown), shown, "twice is once");
  }
});

Deno.test("visible() leaves no control, format or separating character of any plane but signs that are drawn", () => {
  for (let code = 0; code <= 0x10ffff; code++) {
    const character = String.fromCodePoint(code);
    if (!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(character)) continue;
    const drawn = /[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}]/u.test(character);
    assert.equal(unseen.test(visible(`a${character}b`)), false);
    assert.equal(visible(character) === character, drawn, code.toString(16));
  }
});

Deno.test("visibleLines() keeps line breaks alone, and visibleBlanks() the space alone", () => {
  assert.equal(visibleLines("a\nb\r\n\u001b"), "a\nb\\r\n\\u001b");
  assert.equal(visibleBlanks("a b\u00a0\u202f\u3000\u2800"), "a b\\u00a0\\u202f\\u3000\\u2800");
});

Deno.test("visibleJson() shows nothing unseen and reads back equal", () => {
  const value = { "k\u202e": ["\u0085\u200b\u{e0041}\ud800\n", "👩‍👩‍👧 é", 1, null], b: { c: "\u007f" } };
  for (const space of [undefined, 2]) {
    const text = visibleJson(value, space);
    assert.deepEqual(JSON.parse(text), value);
    for (const line of text.split("\n")) assert.equal(visible(line), line);
    assert.match(text, /👩‍👩‍👧 é/);
  }
});
