/** Recipes with mistakes in them, drawn by a seed: in their structure, in their YAML, and in their bytes. */
import { parse, stringify } from "yaml";
import type { TrialDraws } from "./draws.ts";

/** A recipe that was tampered with. */
export interface Mutant {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly overrides: readonly string[];
  /** What was done to it, for people. */
  readonly done: readonly string[];
}

type Tree = Record<string, unknown> | unknown[];

/** Text that cannot be seen or looks like other text. */
export const oddities: readonly string[] = [
  "\u200b",
  "\u00a0",
  "\ufeff",
  "\u202e",
  "\u2066",
  "\u00ad",
  "\u2212",
  "\u2013",
  "\u2019",
  "\u201c",
  "\u0435",
  "\u03bf",
  "\uff45",
  "\u0301",
  "\ufb01",
  "\u0663",
  "\u{e0041}",
  "\ufe0f",
  "\u200d",
  "\u3164",
  "\u2028",
  "\u0085",
  "\u001b[2J",
  "\u0007",
  "\u007f",
  "\t",
  "\r",
  "🦊",
  "👩‍👩‍👧",
  "漢",
  "\u{1d41a}",
  "\u00d7",
  "\u2800",
];

const numbers =
  ("0 -0 1 -1 +7 007 0o17 0x10 .5 1.0 1_000 1e3 1e400 1e-400 -1e309 .inf -.inf .nan 9007199254740993 2147483648 " +
    "123456789012345678901234567890 12:30 2024-01-01 0.1 3e-3 1,5 ½ ٣ 4294967296 1e308 5e-324").split(" ");
const words =
  ("yes no on off true True null ~ Null 'x' \"\" [] {} [[]] {a: b} - ? | > ! & * @ ` % << __proto__ constructor toString " +
    'use name seed train plugins extends ddim emoji cosine preview [1,2 {a: !!str &a *a *b "\\ud800" "\\u200b" "C:\\new"')
    .split(" ");

/** Mutates one of the recipes, or one that is made up of their parts. */
export function mutateRecipe(recipes: readonly string[], draws: TrialDraws): Mutant {
  const done: string[] = [];
  let text = draws.chance(0.35) ? madeUp(recipes, draws) : draws.pick(recipes);
  if (draws.chance(0.6)) text = inStructure(text, draws, done);
  const times = draws.chance(0.5) ? 0 : draws.whole(1, 2);
  for (let i = 0; i < times; i++) {
    const [name, change] = draws.pick(inText);
    done.push(name);
    text = change(text, draws);
  }
  // A file cannot hold a lone half of a pair.
  let bytes = new TextEncoder().encode(text.toWellFormed().slice(0, 400_000));
  if (draws.chance(0.04)) {
    done.push("bytes damaged");
    bytes = damaged(bytes, draws);
  }
  return { bytes, overrides: draws.chance(0.3) ? overridesOf(draws) : [], done };
}

/** Stages of several recipes in one. */
function madeUp(recipes: readonly string[], draws: TrialDraws): string {
  const trees = treesOf(recipes);
  const keys = [...new Set(trees.flatMap((tree) => Object.keys(tree)))].filter((key) => key !== "sweep");
  const holding = (key: string) => draws.pick(trees.filter((tree) => key in tree))[key];
  return stringify(Object.fromEntries(keys.filter(() => draws.chance(0.85)).map((key) => [key, holding(key)])));
}

let parsed: { of: readonly string[]; trees: Record<string, unknown>[] } = { of: [], trees: [] };

/** The recipes as data, read once. */
function treesOf(recipes: readonly string[]): Record<string, unknown>[] {
  if (parsed.of !== recipes) parsed = { of: recipes, trees: recipes.map((text) => parse(text)) };
  return parsed.trees;
}

/** Changes keys and values, and writes the tree again in one of the styles of YAML. */
function inStructure(text: string, draws: TrialDraws, done: string[]): string {
  const tree = parse(text) as Tree;
  for (let i = draws.pick([0, 1, 1, 2]); i > 0; i--) {
    const places = placesIn(tree);
    const { within, key } = draws.pick(places);
    const [name, change] = draws.pick(inTree);
    done.push(`${name} at ${String(key)}`);
    change(within as Record<string, unknown>, String(key), draws);
  }
  const styles = [
    {},
    { collectionStyle: "flow" as const },
    { indent: 4 },
    { defaultStringType: "QUOTE_DOUBLE" as const },
    { defaultStringType: "QUOTE_SINGLE" as const, defaultKeyType: "QUOTE_DOUBLE" as const },
    { indentSeq: false },
    { lineWidth: 20 },
    { version: "1.1" as const },
  ];
  return stringify(tree, draws.pick(styles));
}

function placesIn(tree: Tree): { within: Tree; key: string }[] {
  const found: { within: Tree; key: string }[] = [];
  const visit = (node: unknown, depth: number): void => {
    if (typeof node !== "object" || node === null || depth > 8) return;
    for (const [key, value] of Object.entries(node)) {
      found.push({ within: node as Tree, key });
      visit(value, depth + 1);
    }
  };
  visit(tree, 0);
  return found.length > 0 ? found : [{ within: tree, key: "new" }];
}

type TreeChange = (within: Record<string, unknown>, key: string, draws: TrialDraws) => void;

const inTree: readonly (readonly [string, TreeChange])[] = [
  ["deleted", (within, key) => void (Array.isArray(within) ? within.splice(Number(key), 1) : delete within[key])],
  ["renamed", (within, key, draws) => {
    const value = within[key];
    delete within[key];
    within[misspelt(key, draws)] = value;
  }],
  ["value of another", (within, key, draws) => {
    const keys = Object.keys(within);
    within[key] = structuredClone(within[draws.pick(keys)]);
  }],
  ["number", (within, key, draws) => void (within[key] = draws.pick([0, -1, 1e9, 0.5, 2 ** 53, -0, 3, 1e-9, 65536]))],
  ["word", (within, key, draws) => void (within[key] = draws.pick([...words, ...numbers]))],
  ["nothing", (within, key) => void (within[key] = null)],
  ["truth", (within, key, draws) => void (within[key] = draws.chance(0.5))],
  ["in a list", (within, key) => void (within[key] = [within[key]])],
  ["in a map", (within, key, draws) => void (within[key] = { [draws.pick(["use", "x", key])]: within[key] })],
  ["nested deeply", (within, key, draws) => {
    const depth = draws.pick([3, 30, 49, 50, 51, 300]);
    for (let i = 0; i < depth; i++) within[key] = draws.chance(0.5) ? [within[key]] : { a: within[key] };
  }],
  ["long list", (within, key, draws) => {
    within[key] = Array.from(
      { length: draws.pick([10, 10, 10, 100, 100, 100, 1000, draws.pick([9_990, 12_000])]) },
      () => within[key] === key ? 1 : 2,
    );
  }],
  ["long text", (within, key, draws) => void (within[key] = "x é".repeat(draws.pick([20, 20, 2_000, 60_000])))],
  ["odd character", (within, key, draws) => void (within[key] = withOdd(textOf(within[key]), draws))],
  ["odd key", (within, key, draws) => {
    const value = within[key];
    delete within[key];
    within[withOdd(key, draws)] = value;
  }],
  ["misspelt value", (within, key, draws) => void (within[key] = misspelt(textOf(within[key]), draws))],
  ["added key", (within, _, draws) => void (within[draws.pick(["x", "use", "every", "steps", "sampler"])] = 1)],
];

type TextChange = (text: string, draws: TrialDraws) => string;

const inText: readonly (readonly [string, TextChange])[] = [
  ["line twice", (text, draws) => atLine(text, draws, (line) => [line, line])],
  ["line removed", (text, draws) => atLine(text, draws, () => [])],
  ["line indented", (text, draws) => atLine(text, draws, (line) => [" ".repeat(draws.whole(1, 5)) + line])],
  ["line indented by a tab", (text, draws) => atLine(text, draws, (line) => [`\t${line}`])],
  ["line cut", (text, draws) => atLine(text, draws, (line) => [line.slice(0, draws.whole(0, line.length))])],
  ["lines joined", (text, draws) => text.replace("\n", draws.pick(["", " ", "\r", "\n\n", "\u2028"]))],
  ["carriage returns", (text, draws) => text.replaceAll("\n", draws.pick(["\r\n", "\r"]))],
  ["cut short", (text, draws) => text.slice(0, draws.whole(0, text.length))],
  ["odd character", (text, draws) => withOdd(text, draws)],
  ["odd blank", (text, draws) => once(text, draws, / /g, () => draws.pick(["\u00a0", "\t", "\u3000", "", "  "]))],
  ["odd sign", (text, draws) => once(text, draws, /[:,{}[\]-]/g, () => draws.pick("：，｛［﹣ː".split("")))],
  ["sign removed", (text, draws) => once(text, draws, /[:,{}[\]"'#-]/g, () => "")],
  ["sign added", (text, draws) => inserted(text, draws, draws.pick([..."{}[]:,#&*!|>'\"%@`?-\\\n"]))],
  ["number written otherwise", (text, draws) => once(text, draws, /(?<=: )[\d.]+/g, () => draws.pick(numbers))],
  ["value written otherwise", (text, draws) => once(text, draws, /(?<=: )[\w-]+/g, () => draws.pick(words))],
  ["second document", (text, draws) => inserted(text, draws, draws.pick(["\n---\n", "\n...\n", "\n--- x\n"]))],
  ["directive", (text, draws) => draws.pick(["%YAML 1.1\n---\n", "%TAG ! x\n---\n", "%\n", "%YAML 9.9\n---\n"]) + text],
  ["byte order mark", (text) => `\ufeff${text}`],
  ["anchor and alias", (text, draws) => `${once(text, draws, /(?<=: )/g, () => "&a ")}\nmetrics: *a\n`],
  ["alias in itself", (text) => `${text}\nmetrics: &m [*m, { use: *m }]\n`],
  ["merge key", (text) => `x: &x { use: ddim }\n${text}\nema: { <<: *x }\n`],
  ["laughs", (text, draws) => `${text}\n${laughs(draws.whole(3, 9), draws.whole(2, 12))}`],
  ["tag", (text, draws) => once(text, draws, /(?<=: )/g, () => draws.pick(["!!str ", "!x ", "!!binary ", "!<a> "]))],
  ["block text", (text, draws) => once(text, draws, /(?<=: )[\w-]+$/gm, () => draws.pick(["|\n  a\n", ">-\n  b\n"]))],
  [
    "base",
    (text, draws) => `extends: ${draws.pick(["base.yaml", "r.yaml", ".", "/dev/null", "$HOME/x", "''"])}\n${text}`,
  ],
  ["plugins", (text, draws) => `plugins: ${draws.pick(["[x.ts]", "x.ts", "[7]", "['']", "[.]", "{}"])}\n${text}`],
  ["sweep", (text, draws) => `${text}\nsweep: { seed: ${draws.pick(["[007]", "[]", "1", "{}", "[[1], {a: 2}]"])} }\n`],
  ["characters swapped", (text, draws) => {
    const at = draws.whole(0, Math.max(0, text.length - 2));
    return text.slice(0, at) + (text[at + 1] ?? "") + (text[at] ?? "") + text.slice(at + 2);
  }],
];

function overridesOf(draws: TrialDraws): string[] {
  const keys =
    "network.block_depth dataset samplers.preview.steps metrics.0.every seed name train.epochs a.b =x \u00e9 " +
    "metrics[0].use network samplers.\u200b train.keep.best dataset.folder extends augmentation.9 .. [0] x[1]";
  return Array.from({ length: draws.whole(1, 3) }, () => {
    const value = draws.pick([...words, ...numbers, "[1, 2]", "{ use: ddim }", "\n", "a\rb", ...oddities]);
    return draws.pick(keys.split(" ")) + draws.pick(["=", "=", "=", "", "= ", "=="]) + value;
  });
}

/** Lists of aliases of lists of aliases. */
function laughs(depth: number, width: number): string {
  const lines = ["l0: &l0 [x, y]"];
  for (let i = 1; i <= depth; i++) lines.push(`l${i}: &l${i} [${Array(width).fill(`*l${i - 1}`).join(", ")}]`);
  return `${lines.join("\n")}\n`;
}

const textOf = (value: unknown) => typeof value === "string" ? value : JSON.stringify(value) ?? "";

function misspelt(word: string, draws: TrialDraws): string {
  const at = draws.whole(0, word.length);
  return draws.pick([
    word.slice(0, at) + word.slice(at + 1),
    word.slice(0, at) + draws.pick([..."aeiou-_ 7"]) + word.slice(at),
    word.toUpperCase(),
    word.replace("_", "-"),
    `${word} `,
  ]);
}

function withOdd(text: string, draws: TrialDraws): string {
  return inserted(text, draws, draws.pick(oddities));
}

function inserted(text: string, draws: TrialDraws, what: string): string {
  const at = draws.whole(0, text.length);
  return text.slice(0, at) + what + text.slice(at);
}

function atLine(text: string, draws: TrialDraws, change: (line: string) => string[]): string {
  const lines = text.split("\n");
  const at = draws.whole(0, lines.length - 1);
  return lines.toSpliced(at, 1, ...change(lines[at]!)).join("\n");
}

/** Replaces one of the matches. */
function once(text: string, draws: TrialDraws, pattern: RegExp, by: () => string): string {
  const matches = [...text.matchAll(pattern)];
  if (matches.length === 0) return text;
  const { index, 0: found } = draws.pick(matches);
  return text.slice(0, index) + by() + text.slice(index + found.length);
}

function damaged(bytes: Uint8Array<ArrayBuffer>, draws: TrialDraws): Uint8Array<ArrayBuffer> {
  const copy = bytes.slice(0, draws.chance(0.3) ? draws.whole(0, bytes.length) : bytes.length);
  for (let i = draws.whole(0, 4); i > 0 && copy.length > 0; i--) {
    copy[draws.whole(0, copy.length - 1)] = draws.whole(0, 255);
  }
  return copy;
}
