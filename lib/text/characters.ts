/** Finds characters that cannot be seen, or that look like others, and says what they are. */
import { unseen } from "./visible.ts";

/** A character that is not what it seems to be. */
export interface Odd {
  /** Where it begins in the text, in UTF-16 units. */
  readonly index: number;
  readonly character: string;
  /** What probably was meant: nothing, a blank, or characters of ASCII; a letter with its mark in one for marks. */
  readonly meant: string;
  readonly kind: "unseen" | "blank" | "mark" | "alike";
}

/** Pairs of a character and the one of ASCII that it looks like; compatibility forms and dashes are found by rule. */
const pairs = [
  // Cyrillic
  "аa еe оo рp сc уy хx ѕs іi јj ԁd ԛq ԝw һh ӏl кk мm тt вb нh АA ВB ЕE КK МM НH ОO РP СC ТT УY ХX ЅS ІI ЈJ ԚQ ԜW ԌG",
  // Greek
  "αa βb εe ηn ιi κk νv οo ρp τt υu χx γy ωw ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX ϳj ϲc",
  // Armenian and Latin
  "օo սu ոn հh ցg զq ıi ɡg ɑa ɩi ǃ!",
  // Signs
  "−- ⁃- ˗- “\" ”\" „\" ‟\" «\" »\" ″\" ‘' ’' ‚' ‛' ′' ʹ' ʼ' ʻ' ´' ː: ∶: ꞉: ։: ׃: ،, 、, ⁄/ ∕/ ∖\\ 。. ·. ∗* ×x ∼~ ✕x",
].join(" ");

const alikes = new Map(pairs.split(" ").map((pair) => [pair.slice(0, -1), pair.slice(-1)]));
const digits = ["ZERO", "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE"];
const pieces = /\p{RGI_Emoji}|[^]/gv;
const ascii = /^[\x20-\x7e]+$/;

type Names = (character: string) => string | undefined;
let names: Names | undefined;

/**
 * Loads the names of characters where one of the texts has an odd one. Without it they are told by their codes alone:
 * the list is large, and next to no text needs it.
 */
export async function loadNames(...texts: readonly string[]): Promise<void> {
  if (names !== undefined || !texts.some(needsNames)) return;
  const { unicodeName } = await import("unicode-name");
  names = unicodeName as Names;
}

/** Whether a text holds more than ASCII, or an escape that stands for more. */
function needsNames(text: string): boolean {
  return /[^\n\r\x20-\x7e]|"[^"\n]*\\[\w]/.test(text);
}

/** `U+200B ZERO WIDTH SPACE`; the code alone while names are not loaded. */
export function characterName(character: string): string {
  const code = `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
  const name = names?.(character);
  return name === undefined ? code : `${code} ${name}`;
}

/**
 * The odd characters of a text, in their order. Letters that look like those of ASCII are odd only where no other
 * letter of the text is outside ASCII: "Фото" is a word, "еmoji" with a Cyrillic letter is none.
 */
export function oddCharacters(text: string): Odd[] {
  if (ascii.test(text)) return [];
  const found: Odd[] = [];
  let foreign = false;
  for (const { 0: character, index } of text.matchAll(pieces)) {
    if (ascii.test(character)) continue;
    const odd = [...character].length > 1 ? undefined : oddOf(character, text.slice(0, index));
    if (odd === undefined) foreign = true;
    else found.push({ ...odd, index, character });
  }
  return found.filter(({ kind }) => kind !== "alike" || !foreign);
}

function oddOf(character: string, before: string): Pick<Odd, "kind" | "meant"> | undefined {
  if (character === "\t") return { kind: "blank", meant: " " };
  if (unseen.test(character)) return { kind: "unseen", meant: "" };
  if (/^[\p{Zs}\u2800]$/u.test(character)) return { kind: "blank", meant: " " };
  if (/^\p{M}$/u.test(character)) {
    const base = /\P{M}\p{M}*$/u.exec(before)?.[0] ?? "";
    const whole = (base + character).normalize("NFC");
    return { kind: "mark", meant: [...whole].length === 1 ? whole : "" };
  }
  const alike = alikes.get(character) ?? (/^\p{Pd}$/u.test(character) ? "-" : digitOf(character)) ??
    character.normalize("NFKC");
  return ascii.test(alike) ? { kind: "alike", meant: alike } : undefined;
}

/** The digit of ASCII for one of another script. Each script has its ten in a row, from a code that tells its zero. */
function digitOf(character: string): string | undefined {
  if (!/^\p{Nd}$/u.test(character)) return undefined;
  const name = names?.(character);
  const known = digits.findIndex((digit) => name?.endsWith(`DIGIT ${digit}`));
  if (known >= 0) return String(known);
  const code = character.codePointAt(0)!;
  let zero = code;
  while (code - zero < 9 && /^\p{Nd}$/u.test(String.fromCodePoint(zero - 1))) zero--;
  return String(code - zero);
}

/** A text with what probably was meant by its odd characters, for comparing: "еmoji" and "emo\u200bji" are "emoji". */
export function asMeant(text: string): string {
  if (ascii.test(text)) return text;
  const composed = text.normalize("NFC");
  let [result, end] = ["", 0];
  for (const { index, character, meant, kind } of oddCharacters(composed)) {
    result += composed.slice(end, index) + (kind === "mark" ? character : meant);
    end = index + character.length;
  }
  return result + composed.slice(end);
}

/** What an odd character is and what to do about it: `U+200B ZERO WIDTH SPACE, which cannot be seen: delete it`. */
export function explainOdd({ character, meant, kind, index }: Odd, text: string): string {
  const name = characterName(character);
  const last = index + character.length >= text.length;
  switch (kind) {
    case "unseen":
      return `${name}, which cannot be seen: delete it`;
    case "blank":
      return last ? `${name}, which looks like nothing: delete it` : `${name}, not a space: write a space`;
    case "mark":
      return `${name}, a mark of its own: ${meant === "" ? "delete it" : `write ${meant} as one character`}`;
    case "alike":
      return `${name}, not ${quoted(meant)}: write ${quoted(meant)}`;
  }
}

const quoted = (text: string) => text === '"' ? "'\"'" : `"${text}"`;
