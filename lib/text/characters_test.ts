/** Tests of telling odd characters. */
import assert from "node:assert/strict";
import { asMeant, characterName, explainOdd, loadNames, oddCharacters } from "./mod.ts";

await loadNames("é");

Deno.test("oddCharacters() finds what cannot be seen or looks like ASCII, with its place, its name and the fix", () => {
  const cases: [text: string, at: number, says: string][] = [
    ["emoji\u200b", 5, "U+200B ZERO WIDTH SPACE, which cannot be seen: delete it"],
    ["a\u00adb", 1, "U+00AD SOFT HYPHEN, which cannot be seen: delete it"],
    ["\ufeffa", 0, "U+FEFF ZERO WIDTH NO-BREAK SPACE, which cannot be seen: delete it"],
    ["a\u202eb", 1, "U+202E RIGHT-TO-LEFT OVERRIDE, which cannot be seen: delete it"],
    ["🦊\u{e0041}", 2, "U+E0041 TAG LATIN CAPITAL LETTER A, which cannot be seen: delete it"],
    ["a\ufe0f", 1, "U+FE0F VARIATION SELECTOR-16, which cannot be seen: delete it"],
    ["a\u0007", 1, "U+0007 ALERT, which cannot be seen: delete it"],
    ["a\u00a0b", 1, "U+00A0 NO-BREAK SPACE, not a space: write a space"],
    ["a\u3000", 1, "U+3000 IDEOGRAPHIC SPACE, which looks like nothing: delete it"],
    ["e\u0301a", 1, "U+0301 COMBINING ACUTE ACCENT, a mark of its own: write é as one character"],
    ["x\u0338", 1, "U+0338 COMBINING LONG SOLIDUS OVERLAY, a mark of its own: delete it"],
    ["еmoji", 0, 'U+0435 CYRILLIC SMALL LETTER IE, not "e": write "e"'],
    ["nοise", 1, 'U+03BF GREEK SMALL LETTER OMICRON, not "o": write "o"'],
    ["ｅ", 0, 'U+FF45 FULLWIDTH LATIN SMALL LETTER E, not "e": write "e"'],
    ["1−3", 1, 'U+2212 MINUS SIGN, not "-": write "-"'],
    ["a–b", 1, 'U+2013 EN DASH, not "-": write "-"'],
    ["a‐b", 1, 'U+2010 HYPHEN, not "-": write "-"'],
    ["“a", 0, "U+201C LEFT DOUBLE QUOTATION MARK, not '\"': write '\"'"],
    ["’a", 0, 'U+2019 RIGHT SINGLE QUOTATION MARK, not "\'": write "\'"'],
    ["2×3", 1, 'U+00D7 MULTIPLICATION SIGN, not "x": write "x"'],
    ["٣", 0, 'U+0663 ARABIC-INDIC DIGIT THREE, not "3": write "3"'],
    ["৯", 0, 'U+09EF BENGALI DIGIT NINE, not "9": write "9"'],
    ["ﬁle", 0, 'U+FB01 LATIN SMALL LIGATURE FI, not "fi": write "fi"'],
    ["a：b", 1, 'U+FF1A FULLWIDTH COLON, not ":": write ":"'],
  ];
  for (const [text, at, says] of cases) {
    const [odd] = oddCharacters(text);
    assert.ok(odd !== undefined, text);
    assert.equal(odd.index, at, text);
    assert.equal(explainOdd(odd, text), says);
  }
});

Deno.test("oddCharacters() finds nothing odd in ordinary text", () => {
  for (const text of ["", "a-b_c 1.5", "é", "Übung", "Фото", "как дела", "漢字", "🦊 👩‍👩‍👧 ❤️", "ñandú"]) {
    assert.deepEqual(oddCharacters(text), [], text);
  }
});

Deno.test("oddCharacters() finds every one of several, in order", () => {
  assert.deepEqual(oddCharacters("ｅмo\u200bji").map(({ index }) => index), [0, 1, 3]);
});

Deno.test("asMeant() is what was probably meant", () => {
  const cases = [
    ["emo\u200bji", "emoji"],
    ["еmoji", "emoji"],
    ["ｅｍｏｊｉ", "emoji"],
    ["a—b", "a-b"],
    ["e\u0301", "é"],
    ["Фото", "Фото"],
    [
      "٣٤",
      "34",
    ],
  ];
  for (const [text, meant] of cases) assert.equal(asMeant(text!), meant);
});

Deno.test("characterName() tells the code and the name", () => {
  assert.equal(characterName("\u200b"), "U+200B ZERO WIDTH SPACE");
  assert.equal(characterName("\u{1f98a}"), "U+1F98A FOX FACE");
});
