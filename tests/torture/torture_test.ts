/** The shortest form of every attack, and tests of what tells about them. */
import assert from "node:assert/strict";
import { memoryConsole } from "../../pipeline/terminal/memory_console.ts";
import { attacks } from "./all.ts";
import { failuresOf } from "./disk/places.ts";
import { drawsOf } from "./draws.ts";
import { drive, markdownOf, repeating, tableRows, trialsFor } from "./driver.ts";
import { slopeOf } from "./long/slope.ts";
import type { Torture } from "./types.ts";

for (const attack of attacks) {
  Deno.test(`torture: ${attack.name}, its shortest form`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "denoise-torture-" });
    try {
      const { faults, figures } = await attack.run({
        seed: 1,
        trials: attack.trials.short,
        folder,
        signal: new AbortController().signal,
        progress: () => {},
      });
      const told = faults.map((fault) =>
        `${fault.what}\n${fault.input ?? ""}\n${repeating({ ...attack, seed: 1 }, fault)}`
      );
      assert.deepEqual(told, []);
      if ("not done" in figures) console.log(`torture: ${attack.name} is left out: ${figures["not done"]}`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

/** An attack whose every third trial finds a fault. */
const pretended: Torture = {
  name: "pretended",
  summary: "finds what it is told to find",
  trials: { short: 1, default: 7, hour: 600 },
  run: ({ first = 0, trials, progress }) => {
    progress(trials, trials);
    const numbers = Array.from({ length: trials }, (_, i) => first + i);
    const faults = numbers.filter((trial) => trial % 3 === 2).map((trial) => ({
      trial,
      what: `number ${trial}`,
      input: "a\u001b[2Jb",
    }));
    return Promise.resolve({ trials, faults, figures: { refused: 1234 } });
  },
};
const quiet = () => ({ folder: Deno.makeTempDirSync(), signal: new AbortController().signal, seed: 5 });

Deno.test("drive() tells each fault with the command that repeats it, and repeats that trial alone", async () => {
  const output = memoryConsole();
  const [outcome] = await drive({ ...quiet(), attacks: [pretended] }, output);
  assert.deepEqual([outcome!.trials, outcome!.faults.map(({ trial }) => trial)], [7, [2, 5]]);
  const text = output.lines.join("\n");
  assert.match(
    text,
    /number 5\n {2}input: a\\u001b\[2Jb\n {2}repeat it with: deno task torture pretended --seed 5 --trial 5/,
  );
  const [again] = await drive({ ...quiet(), attacks: [pretended], trial: 5 }, memoryConsole());
  assert.deepEqual([again!.trials, again!.faults.map(({ trial }) => trial)], [1, [5]]);
});

Deno.test("drive() tells an attack that fails itself as a fault, and runs the next one", async () => {
  const broken: Torture = { ...pretended, name: "broken", run: () => Promise.reject(new Error("no folder")) };
  const [first, second] = await drive({ ...quiet(), attacks: [broken, pretended] }, memoryConsole());
  assert.match(first!.faults[0]!.what, /The attack itself failed: Error: no folder/);
  assert.equal(second!.trials, 7);
});

Deno.test("drive() starts no attack after it was stopped", async () => {
  const controller = new AbortController();
  const stopping: Torture = {
    ...pretended,
    run: (options) => (controller.abort(), pretended.run({ ...options, trials: 2 })),
  };
  const outcomes = await drive(
    { ...quiet(), signal: controller.signal, attacks: [stopping, pretended] },
    memoryConsole(),
  );
  assert.deepEqual(outcomes.map(({ trials }) => trials), [2]);
});

Deno.test("trialsFor() gives each attack the same part of the hours", () => {
  assert.equal(trialsFor(pretended, undefined, 4), 7);
  assert.equal(trialsFor(pretended, 2, 4), 300);
  assert.equal(trialsFor(pretended, 0.001, 4), 1, "one at least");
});

Deno.test("markdownOf() writes the rows of the table", () => {
  const outcome = {
    name: "a",
    seed: 1,
    trials: 1200,
    faults: [],
    seconds: 61,
    figures: { "kept | left": 3, size: "2 MB" },
  };
  assert.deepEqual(tableRows([outcome])[1], ["a", "1,200", "0", "0:01:01", "kept | left 3, size 2 MB"]);
  assert.equal(markdownOf([outcome]).split("\n")[2], "| a | 1,200 | 0 | 0:01:01 | kept \\| left 3, size 2 MB |");
});

Deno.test("drawsOf() is a function of seed and trial, and spreads evenly", () => {
  const draws = (seed: number, trial: number) => Array.from({ length: 4 }, drawsOf(seed, trial).next);
  assert.deepEqual(draws(1, 2), draws(1, 2));
  for (const [seed, trial] of [[1, 3], [2, 2], [1 + 2 ** 32, 2]] as const) {
    assert.notDeepEqual(draws(seed, trial), draws(1, 2));
  }
  const { whole } = drawsOf(3, 4);
  const counts = [0, 0, 0];
  for (let i = 0; i < 3000; i++) counts[whole(0, 2)]!++;
  for (const count of counts) assert(Math.abs(count - 1000) < 150, `${counts}`); // six standard deviations
});

Deno.test("slopeOf() finds the growth of a line whose every tenth point is far off", () => {
  const points = Array.from({ length: 60 }, (_, i) => ({ step: 10 * i, value: 5 * i + (i % 10 === 3 ? 1e6 : 0) }));
  assert.equal(slopeOf(points), 0.5);
  assert.equal(slopeOf(points.map(({ step }) => ({ step, value: 7 }))), 0);
});

Deno.test("failuresOf() takes the first, middle and last place of each kind, numbered among what counts", () => {
  const log =
    "mkdir /runs\nwrite /runs/a-1.0123abcd.tmp\nread /x\nwrite /runs/a-2.89abcdef.tmp\nfsync /runs/a-2.89abcdef.tmp\n";
  const failures = failuresOf(log);
  const full = failures.filter(({ what }) => what === "ENOSPC from there on at write /runs/a-#.#.tmp");
  // Among operations that a full disk refuses, the first write is the second and the second the third.
  assert.deepEqual(full.map(({ plan: { at, count } }) => [at, count]), [[2, 0], [3, 0]]);
  const broken = failures.filter(({ what }) => what === "EIO at write /runs/a-#.#.tmp");
  assert.deepEqual(broken.map(({ plan: { at, count } }) => [at, count]), [[2, 1], [4, 1]]);
});
