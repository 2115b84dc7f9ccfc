/**
 * Measures how near samplers come to the end of their path in few evaluations of the network:
 *
 *     deno run -P=bench tests/bench/solvers.ts runs/quickstart
 *
 * The deterministic samplers all follow the same path from a noise to a picture. A row has the mean difference of 16
 * pictures from those of 500 steps of third order, in levels of 0 to 255, by evaluations of the network.
 *
 * @module
 */
import { join } from "node:path";
import { builtins, sample, terminalConsole } from "denoise";
import { image } from "denoise/plugin";

const [run = "runs/quickstart", ...overrides] = Deno.args;
const evaluations = [4, 8, 16, 32, 64];
const plugin = new URL("../../examples/dpm_solver.ts", import.meta.url).pathname;
const folder = await Deno.makeTempDir();

/** Pixels of 16 pictures. */
async function pixels(sampler: string): Promise<number[]> {
  const out = await Deno.makeTempDir({ dir: folder });
  const options = { plugins: builtins, count: 16, sampler: "one", out, trust: { plugins: [plugin] } };
  await sample(run, { ...options, overrides: [`samplers={ one: ${sampler} }`, ...overrides] }, {
    ...terminalConsole(),
    line: () => {},
  });
  const names = [...Deno.readDirSync(out)].map(({ name }) => name).filter((name) => name.endsWith(".png")).sort();
  const decoded = names.map(async (name) => await image.decode(await Deno.readFile(join(out, name))));
  return (await Promise.all(decoded)).flatMap(({ data }) => [...data]);
}

try {
  const exact = await pixels("{ use: multistep, order: 3, weights: exact, steps: 500 }");
  const samplers: readonly (readonly [name: string, evaluationsPerStep: number])[] = [
    ["use: ddim", 1],
    ["use: second-order", 2],
    ["use: multistep, order: 2", 1],
    ["use: multistep, order: 3", 1],
    ["use: multistep, order: 2, weights: exact", 1],
    ["use: multistep, order: 3, weights: exact", 1],
    ["use: dpm-solver", 1],
  ];
  console.log(`| sampler | ${evaluations.join(" | ")} |`);
  for (const [name, each] of samplers) {
    const row: string[] = [];
    for (const count of evaluations) {
      const found = await pixels(`{ ${name}, steps: ${count / each} }`);
      const sum = found.reduce((sum, value, i) => sum + Math.abs(value - exact[i]!), 0);
      row.push((sum / found.length).toFixed(1));
    }
    console.log(`| \`${name}\` | ${row.join(" | ")} |`);
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
