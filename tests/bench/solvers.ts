/**
 * Measures how near samplers come to the end of their path in few evaluations of the network:
 *
 *     deno run -P=bench tests/bench/solvers.ts runs/quickstart
 *
 * The deterministic samplers all follow the same path from a noise to a picture. A row has the mean difference of 32
 * pictures from those of 1000 steps of third order, in levels of 0 to 255, by evaluations of the network: first of all
 * samplers on one grid, then of a few on all grids.
 *
 * @module
 */
import { loadModel } from "denoise";

const [run = "runs/quickstart", ...overrides] = Deno.args;
const evaluations = [5, 10, 20, 40];
const count = 32;

await using model = await loadModel(run, { overrides });

/** Values of all pictures, 0 to 255. */
async function values(sampler: { use: string; [option: string]: unknown }): Promise<Float32Array> {
  const parts: Float32Array[] = [];
  for await (const { images } of model.tensors({ sampler, count, batch: count })) {
    parts.push(await images.data() as Float32Array);
    images.dispose();
  }
  return Float32Array.from(parts.flatMap((part) => [...part]), (value) => value * 255);
}

const exact = await values({ use: "unipc", order: 3, steps: 1000 });

/** The mean difference, or why there is none. */
async function difference(sampler: { use: string; [option: string]: unknown }): Promise<number> {
  const found = await values(sampler);
  return found.reduce((sum, value, i) => sum + Math.abs(value - exact[i]!), 0) / found.length;
}

type Row = readonly [label: string, sampler: { use: string; [option: string]: unknown }, perStep?: number];

async function table(what: string, rows: readonly Row[]): Promise<void> {
  console.log(`\n| ${what} | ${evaluations.join(" | ")} |\n| --- |${" ---: |".repeat(evaluations.length)}`);
  for (const [label, sampler, perStep = 1] of rows) {
    const cells: string[] = [];
    for (const most of evaluations) {
      const steps = Math.floor(most / perStep);
      cells.push(await difference({ ...sampler, steps }).then((mean) => mean.toFixed(2), () => "–"));
    }
    console.log(`| ${label} | ${cells.join(" | ")} |`);
  }
}

const best = { spacing: "log-snr", last: "zero" };
await table("sampler", [
  ["`ddim`, `euler`", { use: "ddim", ...best }],
  ["`second-order`", { use: "second-order", ...best }, 2],
  ["`heun`", { use: "heun", ...best }, 2],
  ["`midpoint`", { use: "midpoint", ...best }, 2],
  ["`dpm-2`", { use: "dpm-2", ...best }, 2],
  ["`dpmpp-2s`", { use: "dpmpp-2s", ...best }, 2],
  ["`dpmpp`, `order: 2`", { use: "dpmpp", ...best }],
  ["`dpmpp`, `order: 2`, `type: heun`", { use: "dpmpp", type: "heun", ...best }],
  ["`dpmpp`, `order: 3`", { use: "dpmpp", order: 3, ...best }],
  ["`dpmpp`, `order: 3`, `method: singlestep`", { use: "dpmpp", order: 3, method: "singlestep", ...best }],
  ["`unipc`, `order: 2`", { use: "unipc", ...best }],
  ["`unipc`, `order: 3`", { use: "unipc", order: 3, ...best }],
  ["`deis`, `order: 2`", { use: "deis", order: 2, ...best }],
  ["`deis`, `order: 3`", { use: "deis", order: 3, ...best }],
  ["`lms`, `order: 2`", { use: "lms", order: 2, ...best }],
  ["`lms`, `order: 4`", { use: "lms", order: 4, ...best }],
  ["`multistep`, `order: 3`", { use: "multistep", order: 3, ...best }],
  ["`multistep`, `order: 3`, `weights: exact`, on times", { use: "multistep", order: 3, weights: "exact" }],
  ["`ipndm`", { use: "ipndm", ...best }],
  ["`pndm`", { use: "pndm", ...best }],
]);

const grids: readonly Row[] = [
  ["times", { use: "" }],
  ["times, `last: zero`", { use: "", last: "zero" }],
  ["`log-snr`", { use: "", spacing: "log-snr" }],
  ["`log-snr`, `last: zero` (`exponential`)", { use: "", ...best }],
  ["`karras`", { use: "", spacing: "karras" }],
  ["`polyexponential`, `rho: 1.5`", { use: "", spacing: "polyexponential", rho: 1.5 }],
  ["`beta`", { use: "", spacing: "beta" }],
  ["`flow`", { use: "", spacing: "flow" }],
  ["`flow`, `shift: 3`", { use: "", spacing: "flow", shift: 3 }],
  ["`align-your-steps`", { use: "", spacing: "align-your-steps" }],
];
for (const [use, options] of [["ddim", {}], ["dpmpp", { order: 2 }], ["unipc", { order: 3 }]] as const) {
  await table(`grid of \`${use}\``, grids.map(([label, grid]) => [label, { ...grid, ...options, use }]));
}

console.log("\n| `dpm-adaptive` | evaluations | difference |\n| --- | ---: | ---: |");
for (const tolerance of [0.1, 0.03, 0.01, 0.003]) {
  let most = 0;
  const sampler = { use: "dpm-adaptive", tolerance };
  for await (const { images } of model.tensors({ sampler, count, batch: count, taken: (steps) => most = 3 * steps })) {
    images.dispose();
  }
  console.log(`| \`tolerance: ${tolerance}\` | ${most} | ${(await difference(sampler)).toFixed(2)} |`);
}
