/** The YAML library's mistakes in words for people who write recipes. */
import type { ErrorCode, YAMLParseError } from "yaml";
import * as messages from "../problems/messages/file.ts";
import { type Message, quote } from "../problems/messages/text.ts";

type Wording = readonly [what: string, ...fix: string[]];

const wordings: Partial<Record<ErrorCode, Wording>> = {
  ALIAS_PROPS: ["Alias has an anchor or a tag of its own", "write the alias alone: *name"],
  BAD_ALIAS: ["Name is missing after & or *", "write &name and *name, or put text that starts with & or * in quotes"],
  BAD_DQ_ESCAPE: ["Unknown escape in double quotes", "write \\\\ for a backslash, or use single quotes"],
  BAD_INDENT: ["Indentation does not fit", "indent what belongs together by the same number of spaces"],
  BAD_PROP_ORDER: ["Anchor is before the sign that it belongs after", "write it after the hyphen: - &name value"],
  BLOCK_AS_IMPLICIT_KEY: [
    "Cannot begin a map in the middle of a line",
    "put text with a colon in quotes, or several options in braces: { use: name, steps: 20 }",
  ],
  BLOCK_IN_FLOW: [
    "Cannot begin an indented block within brackets",
    "close the bracket first, or separate the items with commas",
  ],
  KEY_OVER_1024_CHARS: ["Key is longer than 1,024 characters", "look for a quote or a bracket that is not closed"],
  MULTILINE_IMPLICIT_KEY: ["Line has no colon", "write key: value, with a space after the colon"],
  MULTIPLE_ANCHORS: ["Value has several anchors", "keep one"],
  MULTIPLE_TAGS: ["Value has several tags", "recipes have no tags: write the value alone"],
  RESOURCE_EXHAUSTION: ["Recipe is nested too deeply", "no option needs 50 levels"],
};

/** What the library calls a missing character, by its words. */
const missing: readonly (readonly [said: RegExp, ...Wording])[] = [
  [/^Missing space after :/, "Space is missing after a colon", "write key: value, with a space after the colon"],
  [
    /^Missing , /,
    "Comma is missing",
    "separate the items in brackets with commas",
  ],
  [
    /^Comments must/,
    "Space is missing before #",
    "write a space before a comment, and put text with # in quotes",
  ],
  [
    /^Tags and anchors/,
    "Space is missing after an anchor",
    "write &name value, and put text that starts with & in quotes",
  ],
  [
    /without - indicator/,
    "Item of a list has no hyphen",
    "begin each item with a hyphen and a space, all in the same column",
  ],
  [/directives-end marker/, "Cannot begin a map on the line of ---", "begin it on the next line, or leave --- out"],
];

/** What is said of mistakes that have no words of their own: nobody makes them on purpose. */
const otherwise: Wording = [
  "Cannot understand this",
  "look for a missing or extra quote, bracket or colon; put text with special characters in quotes",
];

/** A mistake as it is shown: a range of the text, and words. */
export interface SyntaxProblem {
  readonly pos: readonly [start: number, end: number];
  readonly text: Message;
}

/** The mistakes of a text in its order, each shown where it was made rather than where the library noticed. */
export function syntaxProblems(errors: readonly YAMLParseError[], text: string): SyntaxProblem[] {
  const many = new Map(
    errors.filter(({ code }) => code === "MULTILINE_IMPLICIT_KEY").map(({ pos: [start, end] }) => [start, end]),
  );
  const blocks = new Set(
    errors.filter(({ code }) => code === "BLOCK_AS_IMPLICIT_KEY").map(({ pos: [start] }) => start),
  );
  // Behind a line that ends the whole recipe, everything is unexpected.
  const last = errors.findIndex((error) => isFurtherLeft(error, text));
  return (last < 0 ? errors : errors.slice(0, last + 1)).map((error) => {
    const [start] = error.pos;
    const end = blocks.has(start) ? many.get(start) : undefined;
    if (end !== undefined && text.slice(start, end).includes("\n")) {
      // The library joins a value and the line below it into one key.
      const line = text.lastIndexOf("\n", end - 1) + 1;
      return { pos: [line + /^ */.exec(text.slice(line))![0].length, end], text: tooDeep };
    }
    const opened = error.code === "BAD_INDENT" ? openingOf(error, text) : undefined;
    return { pos: opened === undefined ? error.pos : [opened, opened + 1], text: syntaxProblem(error, text) };
  });
}

const tooDeep = messages.yamlSyntax("Line is indented deeper than the line above, which already has a value", [
  "indent both alike, or put a name and its options in braces: { use: name, steps: 20 }",
]);

function isFurtherLeft({ code, message, pos: [start] }: YAMLParseError, text: string): boolean {
  return code === "UNEXPECTED_TOKEN" && /at node end$/.test(message) && text[start - 1] === "\n";
}

/** The bracket that is not closed, where it is on an earlier line than the one where that was noticed. */
function openingOf({ message, pos: [noticed] }: YAMLParseError, text: string): number | undefined {
  const closing = /end with a (.)$/.exec(message)?.[1];
  if (closing === undefined) return undefined;
  let open = 0;
  for (let at = noticed - 1; at >= 0; at--) {
    if (text[at] === closing) open++;
    else if (text[at] === opening[closing] && open-- === 0) {
      return text.slice(at, noticed).includes("\n") ? at : undefined;
    }
  }
  return undefined;
}

const opening: Readonly<Record<string, string>> = { "]": "[", "}": "{" };

/** A syntax error in our own words. */
function syntaxProblem(error: YAMLParseError, text: string): Message {
  const at = text.slice(error.pos[0], error.pos[1]);
  switch (error.code) {
    case "MULTIPLE_DOCS":
      return messages.severalDocuments();
    case "TAB_AS_INDENT":
      return messages.tabIndent();
    case "BAD_SCALAR_START":
      return messages.yamlSyntax(`Cannot begin a value with ${quote(at)}`, ["put the text in quotes"]);
    case "BAD_INDENT":
      // The same code also means a bracket that is never closed.
      if (/end with a (.)$/.test(error.message)) return unclosed(error.message.at(-1)!);
      break;
    case "MISSING_CHAR": {
      const end = /closing (.)quote/.exec(error.message)?.[1] ?? /end with a (.)$/.exec(error.message)?.[1];
      if (end !== undefined) return unclosed(end);
      if (/^Implicit map keys/.test(error.message)) {
        const [what, ...fix] = wordings.MULTILINE_IMPLICIT_KEY!;
        return messages.yamlSyntax(what, fix);
      }
      const [, what, ...fix] = missing.find(([said]) => said.test(error.message)) ?? [undefined, ...otherwise];
      return messages.yamlSyntax(what, fix);
    }
    case "UNEXPECTED_TOKEN":
      if (isFurtherLeft(error, text)) {
        return messages.yamlSyntax("Line starts further left than the lines above it", [
          "start lines that belong together in the same column; the stages of a recipe in the first",
        ]);
      }
      if (at.trim() !== "") {
        return messages.yamlSyntax(`Unexpected ${quote(at)}`, [
          "remove it, or put text with it in quotes",
        ]);
      }
      break;
    case "TAG_RESOLVE_FAILED":
    case "BAD_COLLECTION_TYPE":
      return messages.tagForm(at.trim());
    default:
  }
  const [what, ...fix] = wordings[error.code] ?? otherwise;
  return messages.yamlSyntax(what, fix);
}

function unclosed(character: string): Message {
  const bracket = opening[character];
  return bracket === undefined
    ? messages.yamlSyntax("Text in quotes does not end", [`close it with ${character}`])
    : messages.yamlSyntax(`Bracket ${quote(bracket)} is not closed`, [`close it with ${character}`]);
}
