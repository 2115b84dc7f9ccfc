/** Tests of what is printed for recipes whose stages, options and train are wrong. */
import { smallest, testProblems } from "./testing.ts";

const network = (options: string) => smallest.replace("residual-unet", `{ use: residual-unet, ${options} }`);

testProblems([
  {
    what: "an unknown stage",
    files: { "r.yaml": smallest + "netwrok: x\n" },
    says: `
r.yaml:4:1 Unknown key "netwrok"
   2 | network: residual-unet
   3 | train: { epochs: 3 }
   4 | netwrok: x
     | ^^^^^^^
  did you mean network? Keys: augmentation, backend, dataset, ema, extends, loss, metrics, name,
    network, normalizer, optimizer, parametrization, plugins, samplers, schedule, seed, sweep, train

1 problem in r.yaml
`,
  },
  {
    what: "a misspelt stage that is then missing",
    files: { "r.yaml": smallest.replace("network", "netwrok") },
    says: `
r.yaml:2:1 Unknown key "netwrok"
   1 | dataset: emoji
   2 | netwrok: residual-unet
     | ^^^^^^^
  did you mean network? Keys: augmentation, backend, dataset, ema, extends, loss, metrics, name,
    network, normalizer, optimizer, parametrization, plugins, samplers, schedule, seed, sweep, train

1 problem in r.yaml
`,
  },
  {
    what: "an option at the root",
    files: { "r.yaml": smallest + "image_size: 64\n" },
    says: `
r.yaml:4:1 Unknown key "image_size"
   2 | network: residual-unet
   3 | train: { epochs: 3 }
   4 | image_size: 64
     | ^^^^^^^^^^
  "image_size" is an option of dataset/emoji and dataset/image-folder: move it under "dataset"

1 problem in r.yaml
`,
  },
  {
    what: "an unknown plugin",
    files: { "r.yaml": smallest.replace("residual-unet", "residual_unet") },
    says: `
r.yaml:2:10 Unknown network "residual_unet"
   1 | dataset: emoji
   2 | network: residual_unet
     |          ^^^^^^^^^^^^^
  did you mean residual-unet? Plugins: plain-unet, residual-unet
  to use a plugin from a file of your own, add plugins: [./my-plugin.ts]

1 problem in r.yaml
`,
  },
  {
    what: "a plugin of another kind",
    files: { "r.yaml": smallest.replace("residual-unet", "ddim") },
    says: `
r.yaml:2:10 Unknown network "ddim"
   1 | dataset: emoji
   2 | network: ddim
     |          ^^^^
  "ddim" is the name of a sampler
  Plugins: plain-unet, residual-unet

1 problem in r.yaml
`,
  },
  {
    what: "a misspelt option",
    files: { "r.yaml": network("widths: [32, 64], blok_depth: 2") },
    says: `
r.yaml:2:50 Unknown option "blok_depth" of network/residual-unet
   1 | dataset: emoji
   2 | network: { use: residual-unet, widths: [32, 64], blok_depth: 2 }
     |                                                  ^^^^^^^^^^
  did you mean block_depth? Options: attention, block_depth, embedding_dims, max_frequency, widths

1 problem in r.yaml
`,
  },
  {
    what: "a misspelt option within an option",
    files: { "r.yaml": network("attention: { haeds: 2 }") },
    says: `
r.yaml:2:45 Unknown option "attention.haeds" of network/residual-unet
   1 | dataset: emoji
   2 | network: { use: residual-unet, attention: { haeds: 2 } }
     |                                             ^^^^^
  did you mean heads? Options: at, heads

1 problem in r.yaml
`,
  },
  {
    what: "options of other plugins, and one of none",
    files: { "r.yaml": network("dropout: 0.3, image_size: 3, whatever: 1") },
    says: `
r.yaml:2:32 Unknown option "dropout" of network/residual-unet
   1 | dataset: emoji
   2 | network: { use: residual-unet, dropout: 0.3, image_size: 3, whatever: 1 }
     |                                ^^^^^^^
  "dropout" is an option of network/plain-unet
  options of network/residual-unet: attention, block_depth, embedding_dims, max_frequency, widths

r.yaml:2:46 Unknown option "image_size" of network/residual-unet
   1 | dataset: emoji
   2 | network: { use: residual-unet, dropout: 0.3, image_size: 3, whatever: 1 }
     |                                              ^^^^^^^^^^
  "image_size" is an option of dataset/emoji and dataset/image-folder
  options of network/residual-unet: attention, block_depth, embedding_dims, max_frequency, widths

r.yaml:2:61 Unknown option "whatever" of network/residual-unet
   1 | dataset: emoji
   2 | network: { use: residual-unet, dropout: 0.3, image_size: 3, whatever: 1 }
     |                                                             ^^^^^^^^
  Options: attention, block_depth, embedding_dims, max_frequency, widths

3 problems in r.yaml
`,
  },
  {
    what: "wrong types",
    files: {
      "r.yaml": network(`widths: 32, max_frequency: [1], attention: { heads: x }`) + "optimizer: { amsgrad: yes }\n",
    },
    says: `
r.yaml:2:40 Option "widths" of network/residual-unet takes a list of 1 or more integers ≥ 1, not
  "32"
   1 | dataset: emoji
   2 | network: { use: residual-unet, widths: 32, max_frequency: [1], attention: { heads: x } }
     |                                        ^^

r.yaml:2:59 Option "max_frequency" of network/residual-unet takes a number > 0, not a list
   1 | dataset: emoji
   2 | network: { use: residual-unet, widths: 32, max_frequency: [1], attention: { heads: x } }
     |                                                           ^^^

r.yaml:2:84 Option "attention.heads" of network/residual-unet takes an integer ≥ 1, not the text
  "x"
   1 | dataset: emoji
   2 | network: { use: residual-unet, widths: 32, max_frequency: [1], attention: { heads: x } }
     |                                                                                    ^

r.yaml:4:23 Option "amsgrad" of optimizer/adamw takes true or false, not the text "yes"
   2 | network: { use: residual-unet, widths: 32, max_frequency: [1], attention: { heads: x } }
   3 | train: { epochs: 3 }
   4 | optimizer: { amsgrad: yes }
     |                       ^^^
  write true, without quotes

4 problems in r.yaml
`,
  },
  {
    what: "numbers in strings",
    files: { "r.yaml": network(`block_depth: "3"`) + `seed: "7"\noptimizer: { learning_rate: 1_000 }\n` },
    says: `
r.yaml:2:45 Option "block_depth" of network/residual-unet takes an integer ≥ 1, not the text "3"
   1 | dataset: emoji
   2 | network: { use: residual-unet, block_depth: "3" }
     |                                             ^^^
  quotes make it text: write 3

r.yaml:4:7 Option "seed" of the recipe takes an integer from 0 to 9007199254740991, not the text
  "7"
   2 | network: { use: residual-unet, block_depth: "3" }
   3 | train: { epochs: 3 }
   4 | seed: "7"
     |       ^^^
  quotes make it text: write 7

r.yaml:5:29 Option "learning_rate" of optimizer/adamw takes a number > 0, not the text "1_000"
   3 | train: { epochs: 3 }
   4 | seed: "7"
   5 | optimizer: { learning_rate: 1_000 }
     |                             ^^^^^
  write 1000

3 problems in r.yaml
`,
  },
  {
    what: "values out of range",
    files: { "r.yaml": network("widths: [], block_depth: 0, embedding_dims: 3") + "ema: { decay: 1 }\nseed: -1\n" },
    says: `
r.yaml:2:40 Option "widths" of network/residual-unet takes a list of 1 or more integers ≥ 1, not
  an empty list
   1 | dataset: emoji
   2 | network: { use: residual-unet, widths: [], block_depth: 0, embedding_dims: 3 }
     |                                        ^^

r.yaml:2:57 Option "block_depth" of network/residual-unet takes an integer ≥ 1, not "0"
   1 | dataset: emoji
   2 | network: { use: residual-unet, widths: [], block_depth: 0, embedding_dims: 3 }
     |                                                         ^

r.yaml:2:76 Option "embedding_dims" of network/residual-unet takes an integer ≥ 1 in multiples of
  2, not "3"
   1 | dataset: emoji
   2 | network: { use: residual-unet, widths: [], block_depth: 0, embedding_dims: 3 }
     |                                                                            ^

r.yaml:4:15 Option "decay" of ema/exponential takes a number ≥ 0 and < 1, not "1"
   2 | network: { use: residual-unet, widths: [], block_depth: 0, embedding_dims: 3 }
   3 | train: { epochs: 3 }
   4 | ema: { decay: 1 }
     |               ^

r.yaml:5:7 Option "seed" of the recipe takes an integer from 0 to 9007199254740991, not "-1"
   3 | train: { epochs: 3 }
   4 | ema: { decay: 1 }
   5 | seed: -1
     |       ^^

5 problems in r.yaml
`,
  },
  {
    what: "fractions where integers belong",
    files: { "r.yaml": network("widths: [32, 1.5]") + "seed: 1.5\n" },
    says: `
r.yaml:2:45 Option "widths[1]" of network/residual-unet takes an integer ≥ 1, not "1.5"
   1 | dataset: emoji
   2 | network: { use: residual-unet, widths: [32, 1.5] }
     |                                             ^^^

r.yaml:4:7 Option "seed" of the recipe takes an integer from 0 to 9007199254740991, not "1.5"
   2 | network: { use: residual-unet, widths: [32, 1.5] }
   3 | train: { epochs: 3 }
   4 | seed: 1.5
     |       ^^^

2 problems in r.yaml
`,
  },
  {
    what: "a text that is none of the allowed ones",
    files: { "r.yaml": smallest + "loss: { weighting: nois }\n" },
    says: `
r.yaml:4:20 Option "weighting" of loss/denoising cannot be "nois"
   2 | network: residual-unet
   3 | train: { epochs: 3 }
   4 | loss: { weighting: nois }
     |                    ^^^^
  did you mean noise? Allowed: noise, signal, velocity

1 problem in r.yaml
`,
  },
  {
    what: "missing required options",
    files: { "r.yaml": smallest.replace("emoji", "image-folder").replace("residual-unet", "plain-unet") },
    says: `
r.yaml:1:10 Option "folder" of dataset/image-folder is missing
   1 | dataset: image-folder
     |          ^^^^^^^^^^^^
  add folder: <text> (where the pictures are)

r.yaml:2:10 Option "widths" of network/plain-unet is missing
   1 | dataset: image-folder
   2 | network: plain-unet
     |          ^^^^^^^^^^
  add widths: <list of integers ≥ 1>

2 problems in r.yaml
`,
  },
  {
    what: "a required option that is misspelt",
    files: { "r.yaml": smallest.replace("emoji", "{ use: image-folder, foldr: x }") },
    says: `
r.yaml:1:31 Unknown option "foldr" of dataset/image-folder
   1 | dataset: { use: image-folder, foldr: x }
     |                               ^^^^^
  did you mean folder? Options: batch_size, folder, image_size, repeats

1 problem in r.yaml
`,
  },
  {
    what: "NaN and infinity",
    files: { "r.yaml": smallest + "ema: { decay: .nan }\nseed: -.inf\n" },
    says: `
r.yaml:4:15 Cannot use ".nan" as a value
   2 | network: residual-unet
   3 | train: { epochs: 3 }
   4 | ema: { decay: .nan }
     |               ^^^^
  numbers in a recipe are finite: leave the option out for its default

r.yaml:5:7 Cannot use "-.inf" as a value
   3 | train: { epochs: 3 }
   4 | ema: { decay: .nan }
   5 | seed: -.inf
     |       ^^^^^
  numbers in a recipe are finite: leave the option out for its default

2 problems in r.yaml
`,
  },
  {
    what: "a superRefine check of a plugin",
    files: { "r.yaml": smallest + "samplers:\n  fast:     { use: multistep, order: 5, steps: 3 }\n" },
    says: `
r.yaml:5:31 Sampler "multistep" has order 5 but takes only 3 steps
   3 | train: { epochs: 3 }
   4 | samplers:
   5 |   fast:     { use: multistep, order: 5, steps: 3 }
     |                               ^^^^^^^^
  a multistep sampler needs at least as many steps as its order: use steps: 5 or order: 3

1 problem in r.yaml
`,
  },
  {
    what: "stages in forms that mean nothing",
    files: {
      "r.yaml":
        "dataset: 3\nnetwork: [residual-unet]\naugmentation: horizontal-flip\nsamplers: [ddim]\nmetrics: noise\nschedule:\nema: { use: 3 }\ntrain: 3\n",
    },
    says: `
r.yaml:1:10 Stage "dataset" takes a name or a map, not "3"
   1 | dataset: 3
     |          ^
  write dataset: emoji

r.yaml:2:10 Stage "network" takes a name or a map, not a list
   1 | dataset: 3
   2 | network: [residual-unet]
     |          ^^^^^^^^^^^^^^^
  write network: residual-unet

r.yaml:3:15 Stage "augmentation" takes a list of names or maps, not the text "horizontal-flip"
   1 | dataset: 3
   2 | network: [residual-unet]
   3 | augmentation: horizontal-flip
     |               ^^^^^^^^^^^^^^^
  write augmentation: [ horizontal-flip ]

r.yaml:4:11 Stage "samplers" takes a map of names to stages, not a list
   2 | network: [residual-unet]
   3 | augmentation: horizontal-flip
   4 | samplers: [ddim]
     |           ^^^^^^
  write samplers: { preview: ddim }

r.yaml:5:10 Stage "metrics" takes a list of names or maps, not the text "noise"
   3 | augmentation: horizontal-flip
   4 | samplers: [ddim]
   5 | metrics: noise
     |          ^^^^^
  write metrics: [ noise ]

r.yaml:6:1 Stage "schedule" takes a name or a map, not nothing
   4 | samplers: [ddim]
   5 | metrics: noise
   6 | schedule:
     | ^^^^^^^^
  write schedule: cosine

r.yaml:7:13 Stage "ema" takes a name or a map, not "3"
   5 | metrics: noise
   6 | schedule:
   7 | ema: { use: 3 }
     |             ^
  write ema: exponential

r.yaml:8:8 Option "train" of the recipe takes a map, not "3"
   6 | schedule:
   7 | ema: { use: 3 }
   8 | train: 3
     |        ^
  write train: { epochs: 3 }

8 problems in r.yaml
`,
  },
  {
    what: "a stage that names no plugin",
    files: { "r.yaml": smallest.replace("residual-unet", "{ widths: [8] }") },
    says: `
r.yaml:2:1 Stage "network" names no plugin
   1 | dataset: emoji
   2 | network: { widths: [8] }
     | ^^^^^^^
  add use: <name>, one of plain-unet, residual-unet

1 problem in r.yaml
`,
  },
  {
    what: "required stages that are missing",
    files: { "r.yaml": "seed: 3\n" },
    says: `
r.yaml:1:1 Recipe has no "dataset"
  add dataset: <name> (where pictures come from)
  plugins: emoji, image-folder

r.yaml:1:1 Recipe has no "network"
  add network: <name> (the function that is trained)
  plugins: plain-unet, residual-unet

r.yaml:1:1 Recipe does not say how long to train
  add train: { epochs: 40 }, or steps instead of epochs

3 problems in r.yaml
`,
  },
  {
    what: "references to samplers, all at once with other problems",
    files: {
      "r.yaml": smallest.replace("epochs: 3", "epochs: 3, samples: { sampler: bst }") +
        "samplers: { best: ddim, preview: ddim }\nmetrics: [ { use: kid, sampler: perview, every: 1 epok } ]\n",
    },
    says: `
r.yaml:3:41 Unknown sampler "bst"
   1 | dataset: emoji
   2 | network: residual-unet
   3 | train: { epochs: 3, samples: { sampler: bst } }
     |                                         ^^^
  did you mean best? Samplers of this recipe: best, preview

r.yaml:5:33 Unknown sampler "perview"
   3 | train: { epochs: 3, samples: { sampler: bst } }
   4 | samplers: { best: ddim, preview: ddim }
   5 | metrics: [ { use: kid, sampler: perview, every: 1 epok } ]
     |                                 ^^^^^^^
  did you mean preview? Samplers of this recipe: best, preview

r.yaml:5:49 Option "every" of metric/kid cannot be "1 epok"
   3 | train: { epochs: 3, samples: { sampler: bst } }
   4 | samplers: { best: ddim, preview: ddim }
   5 | metrics: [ { use: kid, sampler: perview, every: 1 epok } ]
     |                                                 ^^^^^^
  expected an interval such as "1 epoch" or "500 steps"

3 problems in r.yaml
`,
  },
  {
    what: "train with two lengths",
    files: { "r.yaml": smallest.replace("epochs: 3", "epochs: 3, steps: 1000") },
    says: `
r.yaml:3:21 Recipe trains for 3 epochs and for 1,000 steps
   1 | dataset: emoji
   2 | network: residual-unet
   3 | train: { epochs: 3, steps: 1000 }
     |                     ^^^^^
  keep one of epochs and steps

1 problem in r.yaml
`,
  },
  {
    what: "train with options that are wrong",
    files: { "r.yaml": smallest.replace("epochs: 3", "epoch: 3, keep: { lst: 2 }, checkpoint: 3") },
    says: `
r.yaml:3:10 Unknown option "epoch" of train
   1 | dataset: emoji
   2 | network: residual-unet
   3 | train: { epoch: 3, keep: { lst: 2 }, checkpoint: 3 }
     |          ^^^^^
  did you mean epochs? Options: accumulate, checkpoint, epochs, from, keep, patience, samples,
    snapshots, steps

r.yaml:3:28 Unknown option "keep.lst" of train
   1 | dataset: emoji
   2 | network: residual-unet
   3 | train: { epoch: 3, keep: { lst: 2 }, checkpoint: 3 }
     |                            ^^^
  did you mean last? Options: best, last

r.yaml:3:50 Option "checkpoint" of train takes an interval such as "1 epoch" or "500 steps", not
  "3"
   1 | dataset: emoji
   2 | network: residual-unet
   3 | train: { epoch: 3, keep: { lst: 2 }, checkpoint: 3 }
     |                                                  ^

3 problems in r.yaml
`,
  },
  {
    what: "train without a length",
    files: { "r.yaml": smallest.replace("epochs: 3", "keep: { last: 3 }") },
    says: `
r.yaml:3:1 Recipe does not say how long to train
   1 | dataset: emoji
   2 | network: residual-unet
   3 | train: { keep: { last: 3 } }
     | ^^^^^
  add train: { epochs: 40 }, or steps instead of epochs

1 problem in r.yaml
`,
  },
  {
    what: "names that cannot be folders",
    files: { "r.yaml": smallest + "name: ../x\nsamplers: { a.b: ddim }\n" },
    says: `
r.yaml:4:7 Cannot use "../x" as the name of a recipe and its run folder
   2 | network: residual-unet
   3 | train: { epochs: 3 }
   4 | name: ../x
     |       ^^^^
  allowed: letters, digits, -, _ and . within, up to 80 characters

r.yaml:5:13 Cannot use "a.b" as the name of a sampler
   3 | train: { epochs: 3 }
   4 | name: ../x
   5 | samplers: { a.b: ddim }
     |             ^^^
  allowed: a letter, then letters, digits, - and _

2 problems in r.yaml
`,
  },
  {
    what: "a name that is a number",
    files: { "r.yaml": smallest + "name: 2024\n" },
    says: `
r.yaml:4:7 Option "name" of the recipe takes text, not "2024"
   2 | network: residual-unet
   3 | train: { epochs: 3 }
   4 | name: 2024
     |       ^^^^
  write "2024", in quotes

1 problem in r.yaml
`,
  },
  {
    what: "a folder of plugins",
    files: { "r.yaml": smallest + "plugins: [mine]\n", "mine/a.ts": "" },
    says: `
r.yaml:4:11 Cannot load "mine" as a plugin: it is a folder
   2 | network: residual-unet
   3 | train: { epochs: 3 }
   4 | plugins: [mine]
     |           ^^^^
  name the files in it, such as plugins: [./my-sampler.ts]

1 problem in r.yaml
`,
  },
  {
    what: "use that is not indented",
    files: { "r.yaml": smallest.replace("dataset: emoji", "dataset:\nuse: emoji") },
    says: `
r.yaml:1:1 Stage "dataset" takes a name or a map, not nothing
   1 | dataset:
     | ^^^^^^^
  write dataset: emoji

r.yaml:2:1 Unknown key "use"
   1 | dataset:
   2 | use: emoji
     | ^^^
  it names the plugin of a stage: indent it by two spaces, below the stage

2 problems in r.yaml
`,
  },
  {
    what: "a plugin file that is not there",
    files: { "r.yaml": smallest.replace("emoji", "mine") + "plugins: [./my_sampler.ts]\n", "my-sampler.ts": "" },
    says: `
r.yaml:4:11 Cannot find the plugin file "./my_sampler.ts"
   2 | network: residual-unet
   3 | train: { epochs: 3 }
   4 | plugins: [./my_sampler.ts]
     |           ^^^^^^^^^^^^^^^
  did you mean ./my-sampler.ts?

1 problem in r.yaml
`,
  },
]);
