/** Tests of what is printed for mistakes in extends and on the command line. */
import { smallest, testProblems } from "./testing.ts";

testProblems([
  {
    what: "a cycle in extends",
    files: { "r.yaml": "extends: b.yaml\n" + smallest, "b.yaml": "seed: 1\nextends: r.yaml\n" },
    says: `
b.yaml:2:10 Recipe extends itself
   1 | seed: 1
   2 | extends: r.yaml
     |          ^^^^^^
  r.yaml → b.yaml → r.yaml
  remove one of these extends

1 problem in b.yaml
`,
  },
  {
    what: "a recipe that extends itself under another name",
    files: { "r.yaml": "extends: ./sub/../r.yaml\n" + smallest, "sub/x": "" },
    says: `
r.yaml:1:10 Recipe extends itself
   1 | extends: ./sub/../r.yaml
     |          ^^^^^^^^^^^^^^^
  r.yaml → r.yaml
  remove one of these extends

1 problem in r.yaml
`,
  },
  {
    what: "a base that is missing",
    files: { "r.yaml": "extends: bas.yaml\nseed: 3\n", "base.yaml": smallest },
    says: `
r.yaml:1:10 Cannot find recipe "bas.yaml"
   1 | extends: bas.yaml
     |          ^^^^^^^^
  did you mean base.yaml?

1 problem in r.yaml
`,
  },
  {
    what: "problems of a base and of the recipe itself",
    files: { "r.yaml": "extends: b/base.yaml\nseed: x\n", "b/base.yaml": smallest + "emma: x\n" },
    says: `
r.yaml:2:7 Option "seed" of the recipe takes an integer from 0 to 9007199254740991, not the text
  "x"
   1 | extends: b/base.yaml
   2 | seed: x
     |       ^

b/base.yaml:4:1 Unknown key "emma"
   2 | network: residual-unet
   3 | train: { epochs: 3 }
   4 | emma: x
     | ^^^^
  did you mean ema? Keys: augmentation, backend, dataset, ema, extends, loss, metrics, name,
    network, normalizer, optimizer, parametrization, plugins, samplers, schedule, seed, sweep, train

2 problems in r.yaml and b/base.yaml
`,
  },
  {
    what: "a base with bad YAML",
    files: { "r.yaml": "extends: base.yaml\n", "base.yaml": "a: [1\n" },
    says: `
base.yaml:1:4 Bracket "[" is not closed
   1 | a: [1
     |    ^
  close it with ]

1 problem in base.yaml
`,
  },
  {
    what: "a list of bases",
    files: { "r.yaml": "extends: [a.yaml]\n" + smallest },
    says: `
r.yaml:1:10 Cannot extend a list: extends takes the path of one recipe
   1 | extends: [a.yaml]
     |          ^^^^^^^^
  write extends: base.yaml, relative to this file

1 problem in r.yaml
`,
  },
  {
    what: "overrides that cannot be applied",
    files: { "r.yaml": smallest },
    overrides: [
      "network.blok_depth=3",
      "netwrk.x=3",
      "samplers.prview.steps=3",
      "metrics.0.every=1 epoch",
      "noequals",
      "network.widths=[1,",
      "seed.x=3",
      "network.widths.0=3",
      "extends=x",
      "train.keep.lst=3",
    ],
    says: `
command line: Unknown option "blok_depth" of network/residual-unet
  network.blok_depth=3
          ^^^^^^^^^^
  did you mean block_depth? Options: attention, block_depth, embedding_dims, max_frequency, widths

command line: Unknown key "netwrk"
  netwrk.x=3
  ^^^^^^
  did you mean network? Keys: augmentation, backend, dataset, ema, extends, loss, metrics, name,
    network, normalizer, optimizer, parametrization, plugins, samplers, schedule, seed, sweep, train

command line: Cannot override "prview" of "samplers": it does not exist
  samplers.prview.steps=3
           ^^^^^^
  did you mean preview? Samplers: preview

command line: Cannot override "0" of "metrics": it does not exist
  metrics.0.every=1 epoch
          ^
  "metrics" is empty

command line: Cannot read override "noequals"
  noequals
  ^^^^^^^^
  write <key>=<value>, such as network.block_depth=3

command line: Bracket "[" is not closed
  network.widths=[1,
                   ^
  close it with ]

command line: Option "seed" of the recipe takes an integer from 0 to 9007199254740991, not a map
  seed.x=3
       ^

command line: Option "widths" of network/residual-unet takes a list of 1 or more integers ≥ 1, not
  a map
  network.widths.0=3
                 ^

command line: Cannot override "extends" on the command line
  extends=x
  ^^^^^^^
  change it in the recipe, or write a recipe that extends this one

command line: Unknown option "keep.lst" of train
  train.keep.lst=3
             ^^^
  did you mean last? Options: best, last

10 problems on the command line
`,
  },
  {
    what: "an override of a wrong type",
    files: { "r.yaml": smallest },
    overrides: ["network.block_depth=x", "schedule=cosin"],
    says: `
command line: Option "block_depth" of network/residual-unet takes an integer ≥ 1, not the text "x"
  network.block_depth=x
                      ^

command line: Unknown schedule "cosin"
  schedule=cosin
           ^^^^^
  did you mean cosine? Plugins: cosine, linear
  to use a plugin from a file of your own, add plugins: [./my-plugin.ts]

2 problems on the command line
`,
  },
  {
    what: "overrides beside problems of the file",
    files: { "r.yaml": smallest + "sed: 3\n" },
    overrides: ["ema.decay=2"],
    says: `
r.yaml:4:1 Unknown key "sed"
   2 | network: residual-unet
   3 | train: { epochs: 3 }
   4 | sed: 3
     | ^^^
  did you mean seed? Keys: augmentation, backend, dataset, ema, extends, loss, metrics, name,
    network, normalizer, optimizer, parametrization, plugins, samplers, schedule, seed, sweep, train

command line: Option "decay" of ema/exponential takes a number ≥ 0 and < 1, not "2"
  ema.decay=2
            ^

2 problems in r.yaml and on the command line
`,
  },
]);
