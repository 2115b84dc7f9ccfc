/** Tests of what is printed for files that are not recipes, and for mistakes in YAML. */
import { checkpoint, smallest, testProblems } from "./testing.ts";

const network = (options: string) => smallest.replace("residual-unet", `{ use: residual-unet, ${options} }`);
const bomb = smallest + "a: &a [x, x, x, x, x, x, x, x, x, x]\n" +
  [..."bcdefghi"].map((name, i) => `${name}: &${name} [${Array(10).fill(`*${"abcdefghi"[i]}`).join(", ")}]`).join("\n");

testProblems([
  {
    what: "a key given twice",
    files: { "r.yaml": smallest + "network: plain-unet\n" },
    says: `
r.yaml:4:1 Key "network" is given twice
   2 | network: residual-unet
   3 | train: { epochs: 3 }
   4 | network: plain-unet
     | ^^^^^^^
  it is already on line 2: keep one of the two

1 problem in r.yaml
`,
  },
  {
    what: "a bracket that is not closed",
    files: { "r.yaml": smallest + "ema: { use: exponential, decay: 0.9\nseed: 3\n" },
    says: `
r.yaml:4:6 Bracket "{" is not closed
   2 | network: residual-unet
   3 | train: { epochs: 3 }
   4 | ema: { use: exponential, decay: 0.9
     |      ^
  close it with }

1 problem in r.yaml
`,
  },
  {
    what: "an option indented deeper than the one above",
    files: { "r.yaml": "dataset:\n  use: emoji\n   image_size: 32\nnetwork: residual-unet\ntrain: { epochs: 3 }\n" },
    says: `
r.yaml:3:4 Line is indented deeper than the line above, which already has a value
   1 | dataset:
   2 |   use: emoji
   3 |    image_size: 32
     |    ^^^^^^^^^^
  indent both alike, or put a name and its options in braces: { use: name, steps: 20 }

1 problem in r.yaml
`,
  },
  {
    what: "options below a name",
    files: { "r.yaml": smallest + "ema: exponential\n  decay: 0.9\n" },
    says: `
r.yaml:5:3 Line is indented deeper than the line above, which already has a value
   3 | train: { epochs: 3 }
   4 | ema: exponential
   5 |   decay: 0.9
     |   ^^^^^
  indent both alike, or put a name and its options in braces: { use: name, steps: 20 }

1 problem in r.yaml
`,
  },
  {
    what: "a first line that is indented",
    files: { "r.yaml": " seed: 3\n" + smallest },
    says: `
r.yaml:2:1 Line starts further left than the lines above it
   1 |  seed: 3
   2 | dataset: emoji
     | ^^^^^^^
  start lines that belong together in the same column; the stages of a recipe in the first

1 problem in r.yaml
`,
  },
  {
    what: "a quote that is not closed",
    files: { "r.yaml": smallest + `name: "x\n` },
    says: `
r.yaml:4:8 Text in quotes does not end
   2 | network: residual-unet
   3 | train: { epochs: 3 }
   4 | name: "x
     |        ^
  close it with "

1 problem in r.yaml
`,
  },
  {
    what: "a colon within a value",
    files: { "r.yaml": smallest + "name: a: b\n" },
    says: `
r.yaml:4:7 Cannot begin a map in the middle of a line
   2 | network: residual-unet
   3 | train: { epochs: 3 }
   4 | name: a: b
     |       ^
  put text with a colon in quotes, or several options in braces: { use: name, steps: 20 }

1 problem in r.yaml
`,
  },
  {
    what: "a line without colon",
    files: { "r.yaml": smallest + "ema\n" },
    says: `
r.yaml:4:1 Line has no colon
   2 | network: residual-unet
   3 | train: { epochs: 3 }
   4 | ema
     | ^^^
  write key: value, with a space after the colon

1 problem in r.yaml
`,
  },
  {
    what: "a colon without space",
    files: { "r.yaml": "dataset:emoji\nnetwork: x\n" },
    says: `
r.yaml:1:1 Line has no colon
   1 | dataset:emoji
     | ^^^^^^^^^^^^^
  write key: value, with a space after the colon

1 problem in r.yaml
`,
  },
  {
    what: "a reserved character",
    files: { "r.yaml": smallest + "name: @x\n" },
    says: `
r.yaml:4:7 Cannot begin a value with "@"
   2 | network: residual-unet
   3 | train: { epochs: 3 }
   4 | name: @x
     |       ^
  put the text in quotes

1 problem in r.yaml
`,
  },
  {
    what: "indentation that does not fit",
    files: { "r.yaml": "train:\n   epochs: 3\n  seed: 4\n" },
    says: `
r.yaml:3:1 Indentation does not fit
   1 | train:
   2 |    epochs: 3
   3 |   seed: 4
     | ^
  indent what belongs together by the same number of spaces

1 problem in r.yaml
`,
  },
  {
    what: "indentation by tabs",
    files: { "r.yaml": "dataset:\n\tuse: emoji\n" },
    says: `
r.yaml:2:1 Cannot indent with a tab
   1 | dataset:
   2 |   use: emoji
     | ^^
  YAML is indented with spaces: two a level

1 problem in r.yaml
`,
  },
  {
    what: "an empty file",
    files: { "r.yaml": "" },
    says: `
r.yaml:1:1 Recipe "r.yaml" is empty
  a recipe needs at least dataset, network and train: start from a copy of recipes/quickstart.yaml

1 problem in r.yaml
`,
  },
  {
    what: "a file with comments only",
    files: { "r.yaml": "# nothing\n" },
    says: `
r.yaml:1:1 Recipe "r.yaml" is empty
   1 | # nothing
     | ^
  a recipe needs at least dataset, network and train: start from a copy of recipes/quickstart.yaml

1 problem in r.yaml
`,
  },
  {
    what: "a text",
    files: { "r.yaml": "hello\n" },
    says: `
r.yaml:1:1 Cannot read the text "hello" as a recipe: a recipe is a map of stages
   1 | hello
     | ^^^^^
  write one stage a line, such as network: clear-unet, with a space after the colon

1 problem in r.yaml
`,
  },
  {
    what: "a list",
    files: { "r.yaml": "- dataset: emoji\n" },
    says: `
r.yaml:1:1 Cannot read a list as a recipe: a recipe is a map of stages
   1 | - dataset: emoji
     | ^^^^^^^^^^^^^^^^
  write one stage a line, such as network: clear-unet, with a space after the colon

1 problem in r.yaml
`,
  },
  {
    what: "several documents",
    files: { "r.yaml": smallest + "---\nseed: 3\n" },
    says: `
r.yaml:4:1 Recipe file holds several documents
   2 | network: residual-unet
   3 | train: { epochs: 3 }
   4 | ---
     | ^^^
  a file holds one recipe: remove the line --- and everything that belongs to another

1 problem in r.yaml
`,
  },
  {
    what: "keys that are not text",
    files: { "r.yaml": smallest + "1: x\nsamplers: { ~: ddim, [a]: ddim }\n" },
    says: `
r.yaml:4:1 Cannot use "1" as a key
   2 | network: residual-unet
   3 | train: { epochs: 3 }
   4 | 1: x
     | ^
  keys are text: write a name, or put it in quotes

r.yaml:5:13 Cannot use nothing as a key
   3 | train: { epochs: 3 }
   4 | 1: x
   5 | samplers: { ~: ddim, [a]: ddim }
     |             ^
  keys are text: write a name, or put it in quotes

r.yaml:5:22 Cannot use a list as a key
   3 | train: { epochs: 3 }
   4 | 1: x
   5 | samplers: { ~: ddim, [a]: ddim }
     |                      ^^^
  keys are text: write a name, or put it in quotes

3 problems in r.yaml
`,
  },
  {
    what: "keys that JavaScript gives a meaning to",
    files: { "r.yaml": smallest + "__proto__: { x: 1 }\nsamplers: { constructor: ddim }\n" },
    says: `
r.yaml:4:1 Cannot use "__proto__" as a key
   2 | network: residual-unet
   3 | train: { epochs: 3 }
   4 | __proto__: { x: 1 }
     | ^^^^^^^^^
  the name is reserved

r.yaml:5:13 Cannot use "constructor" as a key
   3 | train: { epochs: 3 }
   4 | __proto__: { x: 1 }
   5 | samplers: { constructor: ddim }
     |             ^^^^^^^^^^^
  the name is reserved

2 problems in r.yaml
`,
  },
  {
    what: "merge keys, tags and unknown aliases",
    files: { "r.yaml": smallest + "ema: { <<: *b }\nseed: !!int 3\nmetrics: *nope\n" },
    says: `
r.yaml:4:8 Cannot merge with "<<": recipes have no merge keys
   2 | network: residual-unet
   3 | train: { epochs: 3 }
   4 | ema: { <<: *b }
     |        ^^
  use extends: base.yaml, which merges by stage, or write the options out

r.yaml:4:12 Unknown alias "*b"
   2 | network: residual-unet
   3 | train: { epochs: 3 }
   4 | ema: { <<: *b }
     |            ^^
  an anchor "&b" has to come before it; text that starts with * needs quotes

r.yaml:5:13 Cannot use tag "!!int": recipes have no tags
   3 | train: { epochs: 3 }
   4 | ema: { <<: *b }
   5 | seed: !!int 3
     |             ^
  write the value alone, in quotes if it is text that starts with !

r.yaml:6:10 Unknown alias "*nope"
   4 | ema: { <<: *b }
   5 | seed: !!int 3
   6 | metrics: *nope
     |          ^^^^^
  an anchor "&nope" has to come before it; text that starts with * needs quotes

4 problems in r.yaml
`,
  },
  {
    what: "an alias within itself",
    files: { "r.yaml": smallest + "metrics: &m [*m]\n" },
    says: `
r.yaml:4:14 Alias "*m" contains itself
   2 | network: residual-unet
   3 | train: { epochs: 3 }
   4 | metrics: &m [*m]
     |              ^^
  write the value out

1 problem in r.yaml
`,
  },
  {
    what: "an alias bomb",
    files: { "r.yaml": bomb },
    says: `
r.yaml:7:36 Recipe holds more than 10,000 values
   5 | b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
   6 | c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
   7 | d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]
     |                                    ^^
  aliases of lists of aliases multiply: write the values out, or use extends

1 problem in r.yaml
`,
  },
  {
    what: "lists within lists",
    files: { "r.yaml": smallest + "metrics: " + "[".repeat(60) + "]".repeat(60) + "\n" },
    says: `
r.yaml:4:11 Stage "metrics[0]" takes a name or a map, not a list
   2 | network: residual-unet
   3 | train: { epochs: 3 }
   4 | metrics: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]…
     |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  write kid

r.yaml:4:59 Recipe is nested too deeply
   2 | network: residual-unet
   3 | train: { epochs: 3 }
   4 | metrics: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]…
     |                                                           ^^^^^^^^^^^^^^^^^^^^^^
  no option needs 50 levels

2 problems in r.yaml
`,
  },
  {
    what: "a very long line",
    files: { "r.yaml": network("widths: [" + "32, ".repeat(60) + "64], blok_depth: 2") },
    says: `
r.yaml:2:286 Unknown option "blok_depth" of network/residual-unet
   2 | … 32, 32, 32, 32, 32, 32, 64], blok_depth: 2 }
     |                                ^^^^^^^^^^
  did you mean block_depth? Options: attention, block_depth, embedding_dims, max_frequency, widths

1 problem in r.yaml
`,
  },
  {
    what: "escape codes",
    files: { "r.yaml": smallest + `n\u001b[31mame: x\n` },
    says: `
r.yaml:4:2 Unknown key "n\\u001b[31mame"
   2 | network: residual-unet
   3 | train: { epochs: 3 }
   4 | n␛[31mame: x
     |  ^
  4:2 is U+001B ESCAPE, which cannot be seen: delete it
  Keys: augmentation, backend, dataset, ema, extends, loss, metrics, name, network, normalizer,
    optimizer, parametrization, plugins, samplers, schedule, seed, sweep, train

1 problem in r.yaml
`,
  },
  {
    what: "a folder without recipe",
    files: { "d/a.yaml": smallest },
    file: "d",
    says: `
Cannot read folder "d" as a recipe: it has no recipe.yaml
  name one of its recipes: d/a.yaml

1 problem
`,
  },
  {
    what: "a missing file",
    files: { "flowers.yaml": smallest },
    file: "flwers.yaml",
    says: `
Cannot find recipe "flwers.yaml"
  did you mean flowers.yaml?

1 problem
`,
  },
  {
    what: "a missing file without near names",
    files: { "flowers.yaml": smallest },
    file: "x/y.yaml",
    says: `
Cannot find recipe "x/y.yaml"
  name a recipe file, a run folder or a checkpoint

1 problem
`,
  },
  {
    what: "a file named without its ending",
    files: { "flowers.yaml": smallest },
    file: "flowers",
    says: `
Cannot find recipe "flowers"
  did you mean flowers.yaml?

1 problem
`,
  },
  {
    what: "a recipe inside of a recipe",
    files: { "recipes/flowers.yaml": smallest },
    file: "flowers",
    says: `
Cannot find recipe "flowers"
  did you mean recipes/flowers.yaml?

1 problem
`,
  },
  {
    what: "a file of 50 MB",
    files: { "r.yaml": smallest + "#".repeat(50e6) },
    says: `
Cannot read "r.yaml" as a recipe: it is 48 MB, over the limit of 0.25 MB
  name a recipe file, a run folder or a checkpoint (.safetensors)

1 problem
`,
  },
  {
    what: "bytes that are not UTF-8",
    files: { "r.yaml": new Uint8Array([...new TextEncoder().encode(smallest), 0x23, 0xe4, 10]) },
    says: `
Cannot read "r.yaml" as text
  line 4 has bytes that are not UTF-8: save the file as UTF-8

1 problem
`,
  },
  {
    what: "UTF-16",
    files: { "r.yaml": new Uint8Array([0xff, 0xfe, 0x61, 0]) },
    says: `
Cannot read "r.yaml" as text
  it is UTF-16: save it as UTF-8

1 problem
`,
  },
  {
    what: "zero bytes",
    files: { "r.yaml": "PNG\u0000\u0000" },
    says: `
Cannot read "r.yaml" as text
  it holds zero bytes: name a recipe file, in YAML

1 problem
`,
  },
  {
    what: "a checkpoint that is none",
    files: { "x.safetensors": "xx" },
    file: "x.safetensors",
    says: `
Cannot read a recipe from checkpoint "x.safetensors"
  it has 2 bytes, fewer than the 8 that hold the header's length
  a run's checkpoints keep the recipe in their metadata: runs/<name>/checkpoints/*.safetensors

1 problem
`,
  },
  {
    what: "a checkpoint without recipe",
    files: { "x.safetensors": checkpoint({ step: "3" }) },
    file: "x.safetensors",
    says: `
Cannot read a recipe from checkpoint "x.safetensors"
  its metadata holds no recipe
  a run's checkpoints keep the recipe in their metadata: runs/<name>/checkpoints/*.safetensors

1 problem
`,
  },
]);
