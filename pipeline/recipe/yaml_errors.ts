/** The YAML library's mistakes in words for people who write recipes. */
import type { ErrorCode, YAMLParseError } from "yaml";
import * as messages from "../messages/file.ts";
import { quote, type Text } from "../messages/text.ts";

type Wording = readonly [what: string, ...fix: string[]];

const wordings: Partial<Record<ErrorCode, Wording>> = {
  BAD_DQ_ESCAPE: ["Unknown escape in double quotes", "write \\\\ for a backslash, or use single quotes"],
  BAD_INDENT: ["Indentation does not fit", "indent what belongs together by the same number of spaces"],
  BLOCK_AS_IMPLICIT_KEY: [
    "Cannot begin a map in the middle of a line",
    "put text with a colon in quotes, or several options in braces: { use: name, steps: 20 }",
  ],
  BLOCK_IN_FLOW: ["Cannot begin an indented block within brackets", "close the bracket first, or separate by commas"],
  MULTILINE_IMPLICIT_KEY: ["Line has no colon", "write key: value, with a space after the colon"],
  MULTIPLE_ANCHORS: ["Value has several anchors", "keep one"],
  MULTIPLE_TAGS: ["Value has several tags", "recipes have no tags: write the value alone"],
  RESOURCE_EXHAUSTION: ["Recipe is nested too deeply", "no option needs 50 levels"],
};

/** A syntax error in our own words. The library's own are used for what nobody writes. */
export function syntaxProblem(error: YAMLParseError, text: string): Text {
  const at = text.slice(error.pos[0], error.pos[1]);
  switch (error.code) {
    case "MULTIPLE_DOCS":
      return messages.severalDocuments();
    case "TAB_AS_INDENT":
      return messages.tabIndent();
    case "BAD_SCALAR_START":
      return messages.yamlSyntax(`Cannot begin a value with ${quote(at)}`, ["put the text in quotes"]);
    case "BAD_INDENT":
      // The same code stands for a bracket that is never closed.
      if (/end with a (.)$/.test(error.message)) return unclosed(error.message.at(-1)!);
      break;
    case "MISSING_CHAR": {
      const missing = /closing (.)quote/.exec(error.message)?.[1] ?? /end with a (.)$/.exec(error.message)?.[1];
      if (missing !== undefined) return unclosed(missing);
      if (/^Implicit map keys/.test(error.message)) {
        const [what, ...fix] = wordings.MULTILINE_IMPLICIT_KEY!;
        return messages.yamlSyntax(what, fix);
      }
      if (/comma|,/.test(error.message)) {
        return messages.yamlSyntax("Comma is missing", ["separate what stands in brackets by commas"]);
      }
      break;
    }
    case "UNEXPECTED_TOKEN":
      if (at.trim() !== "") {
        return messages.yamlSyntax(`Unexpected ${quote(at)}`, [
          "remove it, or put text that holds it in quotes",
        ]);
      }
      break;
    default:
  }
  const [what, ...fix] = wordings[error.code] ?? [`Cannot read YAML: ${error.message.replace(/\.$/, "")}`];
  return messages.yamlSyntax(what, fix);
}

function unclosed(character: string): Text {
  const opening = ({ "]": "[", "}": "{" } as Record<string, string>)[character];
  return opening === undefined
    ? messages.yamlSyntax("Text in quotes does not end", [`close it with ${character}`])
    : messages.yamlSyntax(`Bracket ${quote(opening)} is not closed`, [`close it with ${character}`]);
}
