/**
 * A lint plugin for the wording of what users read: it starts upper case, ends without a full stop, has no contractions,
 * puts values in double quotes, and is plain English. Part of `deno lint`, by deno.json.
 *
 * It looks at the first argument of `throw new …Error(…)`, at `what` and `fix` of `refuse({ … })`, at `message` and
 * `help` of objects that also have a `code`, and at help texts: those of `.describe(…)`, `.description(…)`, `.option(…)`,
 * `.requiredOption(…)`, `.argument(…)`, `new Option(…)` and `wholeOption(…)`, and each `summary`. It does not see texts
 * that are made elsewhere. `awkward` also finds its phrases in comments and pages.
 *
 * @module
 */

/** A piece of a text: what is written, or `undefined` for what is filled in. */
type Piece = { readonly text: string | undefined; readonly node: Deno.lint.Node };

/**
 * `sentence` starts upper case; `help` starts as it likes: often it continues the problem, or is code to type. `option`
 * is help that may quote a shell's or YAML's own quotes.
 */
type Role = "sentence" | "help" | "option";

/** Phrases that no native writer would use here, and what to write instead. */
const phrases: readonly (readonly [phrase: RegExp, instead: string])[] = [
  // "there is no file" is English, and so are "is no longer" and "is no more than"; "the file is no checkpoint" is not.
  [/(?<!\bthere\s+)\b(?:is|are|was|were)\s+no\s+(?!longer\b|more\b|less\b|reason\b|doubt\b)[a-z]+/i, '"is not a …"'],
  [/(?<!-)\b(?:stands?|stood|standing)\b(?!-|\s+(?:for|alone|out|by)\b)/i, '"is" or "is in"'],
  [/\b(?:go|goes|gone|going|went)\s+on\b/i, '"continues" or "resumes"'],
  [/\bwhat\s+(?:[a-z]+\s+){1,4}(?:is|are)\s+of\b/i, "a plain relative clause"],
];

/** Phrases of a text that a native reader stumbles over, each with what to write instead. */
export function awkward(text: string): { phrase: string; at: number; instead: string }[] {
  return phrases.flatMap(([pattern, instead]) =>
    Array.from(text.matchAll(new RegExp(pattern, "gi")), (match) => ({ phrase: match[0], at: match.index, instead }))
  );
}

/** Methods whose last text is shown as help, and functions that take help as their second argument. */
const helpMethods = /^(?:describe|description|option|requiredOption|argument)$/;
const helpFunctions = /^(?:wholeOption|Option|Argument)$/;

const contraction = /\b\w+n['’]t\b|\b(?:it|that|there|what|let|here|who)['’]s\b|\b\w+['’](?:re|ve|ll|d|m)\b/i;

const plugin: Deno.lint.Plugin = {
  name: "denoise-messages",
  rules: {
    wording: {
      create(context) {
        if (context.filename.endsWith("_test.ts")) return {}; // tests throw what they like
        const check = (node: Deno.lint.Node, role: Role) => {
          for (const found of texts(node)) {
            for (const message of offences(found, role)) context.report({ node: found[0]?.node ?? node, message });
          }
        };
        return {
          ThrowStatement({ argument }) {
            if (argument.type !== "NewExpression" || argument.callee.type !== "Identifier") return;
            const [first] = argument.arguments;
            if (/Error$/.test(argument.callee.name) && first !== undefined) check(first, "sentence");
          },
          NewExpression({ callee, arguments: [, about] }) {
            if (callee.type === "Identifier" && helpFunctions.test(callee.name) && about) check(about, "option");
          },
          CallExpression({ callee, arguments: [first, about] }) {
            if (callee.type === "Identifier" && helpFunctions.test(callee.name) && about) check(about, "option");
            if (callee.type === "MemberExpression" && callee.property.type === "Identifier") {
              const { name } = callee.property;
              const text = /^desc/.test(name) ? first : about;
              if (helpMethods.test(name) && text !== undefined) check(text, "option");
            }
            if (callee.type !== "Identifier" || callee.name !== "refuse" || first?.type !== "ObjectExpression") return;
            const { what, fix } = properties(first);
            if (what !== undefined) check(what, "sentence");
            if (fix !== undefined) check(fix, "help");
          },
          ObjectExpression(node) {
            const { code, message, help, summary } = properties(node);
            if (summary !== undefined) check(summary, "option");
            if (code === undefined) return;
            if (message !== undefined) check(message, "sentence");
            if (help !== undefined) check(help, "help");
          },
        };
      },
    },
  },
};

export default plugin;

function properties(node: Deno.lint.ObjectExpression): Readonly<Record<string, Deno.lint.Node | undefined>> {
  return Object.fromEntries(
    node.properties.flatMap((property) =>
      property.type === "Property" && property.key.type === "Identifier" ? [[property.key.name, property.value]] : []
    ),
  );
}

/** Every text that an expression may stand for, each in pieces. */
function texts(node: Deno.lint.Node): Piece[][] {
  switch (node.type) {
    case "Literal":
      return typeof node.value === "string" ? [[{ text: node.value, node }]] : [];
    case "TemplateLiteral":
      return [node.quasis.flatMap((quasi, i): Piece[] => [
        ...(i > 0 ? [{ text: undefined, node }] : []),
        ...(quasi.cooked === "" ? [] : [{ text: quasi.cooked, node }]),
      ])];
    case "BinaryExpression": {
      if (node.operator !== "+") return [];
      const sides = [texts(node.left), texts(node.right as Deno.lint.Node)]
        .map((side) => side.length > 0 ? side : [[{ text: undefined, node }]]);
      return sides[0]!.flatMap((left) => sides[1]!.map((right) => [...left, ...right]));
    }
    case "ConditionalExpression":
      return [...texts(node.consequent), ...texts(node.alternate)];
    case "LogicalExpression":
      return texts(node.right);
    case "ArrayExpression":
      return node.elements.flatMap((element) => element ? texts(element as Deno.lint.Node) : []);
    case "SpreadElement":
      return texts(node.argument);
    default:
      return [];
  }
}

function* offences(pieces: readonly Piece[], role: Role): Iterable<string> {
  // What is filled in is "◇" here: no letter, no stop, no quote.
  const text = pieces.map((piece) => piece.text ?? "◇").join("");
  const short = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  if (text === "" || /^◇+$/.test(text)) return;
  if (role === "sentence" && /^\p{Ll}/u.test(text)) yield `Message does not start upper case: ${short}`;
  if (/\.$/.test(text.trimEnd())) yield `Message ends with a full stop: ${text.slice(-60)}`;
  const contracted = contraction.exec(text)?.[0];
  if (contracted !== undefined) yield `Message has the contraction "${contracted}": ${short}`;
  for (const { phrase, instead } of awkward(text)) yield `Message says "${phrase}": write ${instead}: ${short}`;
  if (role === "option") return; // options are shown as they are typed, with quotes of a shell or of YAML
  if (/(['‘`“])◇['’`”]/.test(text) || /(^|\s)(['`])[^'`\s][^'`]*\2(?=[\s,;:)]|$)/.test(text)) {
    yield `Message quotes otherwise than with double quotes: ${short}`;
  }
}
