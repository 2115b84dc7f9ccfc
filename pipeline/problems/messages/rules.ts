/**
 * A lint plugin that holds the wording of messages: what users read starts upper case, ends without a full stop, has
 * no contractions, and puts values in double quotes. Run over the whole repository by `rules_test.ts`.
 *
 * It looks at the first argument of `throw new …Error(…)`, at `what` and `fix` of `refuse({ … })`, and at `message` and
 * `help` of objects that also have a `code`. Texts that are made elsewhere are out of its sight.
 *
 * @module
 */

/** A piece of a text: what is written, or `undefined` for what is filled in. */
type Piece = { readonly text: string | undefined; readonly node: Deno.lint.Node };

/** `sentence` starts upper case; `help` starts as it likes: often it continues the problem, or is code to type. */
type Role = "sentence" | "help";

const contraction = /\b\w+n['’]t\b|\b(?:it|that|there|what|let|here|who)['’]s\b|\b\w+['’](?:re|ve|ll|d|m)\b/i;

const plugin: Deno.lint.Plugin = {
  name: "denoise-messages",
  rules: {
    wording: {
      create(context) {
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
          CallExpression({ callee, arguments: [first] }) {
            if (callee.type !== "Identifier" || callee.name !== "refuse" || first?.type !== "ObjectExpression") return;
            const { what, fix } = properties(first);
            if (what !== undefined) check(what, "sentence");
            if (fix !== undefined) check(fix, "help");
          },
          ObjectExpression(node) {
            const { code, message, help } = properties(node);
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
  if (/(['‘`“])◇['’`”]/.test(text) || /(^|\s)(['`])[^'`\s][^'`]*\2(?=[\s,;:)]|$)/.test(text)) {
    yield `Message quotes otherwise than with double quotes: ${short}`;
  }
}
