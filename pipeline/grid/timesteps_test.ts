/** Grids of timesteps: what does not depend on the numbers of others, and what is refused. */
import assert from "node:assert/strict";
import { z } from "zod";
import discrete from "../../plugins/schedule/discrete.ts";
import cosine from "../../plugins/schedule/cosine.ts";
import { Refusal } from "../kinds/refuse.ts";
import { noiseGrid } from "./grid.ts";
import { type Spacing, spacingOptions } from "./options.ts";

const schedule = await discrete.create({ options: discrete.options.parse({}) });
const continuous = await cosine.create({ options: {} });
const flow = { logSnr: (time: number) => 2 * Math.log((1 - time) / time) };
const checked = (options: Record<string, unknown>): Spacing => z.object(spacingOptions).parse(options);
const points = (steps: number, options: Record<string, unknown>, of: Parameters<typeof noiseGrid>[0] = schedule) =>
  noiseGrid(of, steps, checked(options));
const timesteps = (steps: number, options: Record<string, unknown>) =>
  points(steps, options).map(({ time }) => time === undefined ? undefined : Math.round(time * 999));

Deno.test("a grid of timesteps falls, and ends at the image unless told otherwise", () => {
  for (const spacing of ["linspace", "leading", "trailing"]) {
    for (const scheduler of ["ddim", "euler", "dpm-solver", "unipc"]) {
      for (const steps of [1, 3, 30, 333]) {
        const found = points(steps, { spacing, scheduler });
        assert.equal(found.length, steps + 1);
        assert.ok(found.every(({ sigma }, i) => i === 0 || sigma < found[i - 1]!.sigma), `${spacing} ${scheduler}`);
        assert.equal(found.at(-1)!.sigma, 0);
      }
    }
  }
  assert.deepEqual(timesteps(4, { spacing: "trailing" }), [999, 749, 499, 249, undefined]);
  assert.deepEqual(timesteps(4, { spacing: "trailing", last: "end" }), [999, 749, 499, 249, 0]);
  assert.deepEqual(timesteps(4, { spacing: "leading", steps_offset: 1 }), [751, 501, 251, 1, undefined]);
});

Deno.test("each level of a timestep is the schedule's", () => {
  for (const { time, logSnr } of points(7, { spacing: "linspace" }).slice(0, -1)) {
    assert.equal(logSnr, schedule.logSnr(time!));
  }
});

Deno.test("a table of timesteps is levels of the schedule, at other numbers of steps, too", () => {
  const table = { spacing: "align-your-steps", table: "stable-diffusion-timesteps" };
  assert.deepEqual(timesteps(10, table).slice(0, 3), [999, 850, 736]);
  assert.deepEqual(timesteps(5, table), [999, 736, 545, 343, 124, undefined]);
  assert.deepEqual(timesteps(20, { ...table, last: "end" }).slice(-3), [24, 12, 0]);
});

Deno.test("grids of timesteps refuse what cannot work, with the option and what to do", () => {
  const refusal = (given: () => unknown): [option: string | undefined, text: string] => {
    try {
      given();
    } catch (error) {
      assert.ok(error instanceof Refusal, String(error));
      return [error.option, `${error.message}; ${error.help.join(" ")}`];
    }
    throw new Error("It was not refused");
  };
  const refused = (given: () => unknown, option: string, text: RegExp) => {
    const [found, message] = refusal(given);
    assert.equal(found, option, message);
    assert.match(message, text);
  };
  refused(() => points(4, { spacing: "leading" }, continuous), "spacing", /schedule has none.*schedule: discrete/);
  refused(
    () => points(4, { spacing: "align-your-steps", table: "stable-diffusion-timesteps" }, continuous),
    "table",
    /has none/,
  );
  refused(() => points(1001, { spacing: "leading" }), "steps", /no 1001 different timesteps of 1000; take fewer/);
  refused(() => points(1001, { spacing: "linspace" }), "steps", /no 1001 different/);
  refused(() => points(1001, { spacing: "trailing" }), "steps", /no 1001 different/);
  refused(() => points(1000, { spacing: "leading", steps_offset: 1 }), "steps", /take fewer steps/);
  refused(
    () => points(1, { spacing: "leading", steps_offset: 1000 }),
    "steps",
    /Timestep 1000 does not exist.*a smaller steps_offset/,
  );
  refused(() => points(4, { spacing: "leading", last: "end" }), "last", /would lead nowhere.*dpm-solver/);
  refused(() => points(4, { spacing: "karras", scheduler: "euler" }), "scheduler", /does not belong to spacing karras/);
  refused(() => points(4, { spacing: "trailing", steps_offset: 1 }), "steps_offset", /does not belong/);
  refused(() => points(4, { spacing: "flow", scheduler: "ddim" }, flow), "scheduler", /take scheduler: euler/);
  refused(() => points(4, { spacing: "flow", scheduler: "euler", last: "zero" }, flow), "last", /leave out last/);
  refused(
    () => points(4, { spacing: "flow", scheduler: "ddim", last: "zero" }, flow),
    "scheduler",
    /take scheduler: euler/,
  );
  refused(() => points(4, { spacing: "flow", scheduler: "euler" }), "scheduler", /leave scheduler out/);
});

Deno.test("a public grid of flow matching starts no higher than the schedule does", () => {
  const bounded = { logSnr: (time: number) => 10 - 20 * time };
  const found = points(5, { spacing: "flow", scheduler: "euler", shift: 3 }, bounded);
  assert.equal(found[0]!.logSnr, -10);
  assert.deepEqual(
    found.slice(1).map(({ sigma }) => sigma),
    points(5, {
      spacing: "flow",
      scheduler: "euler",
      shift: 3,
    }, flow).slice(1).map(({ sigma }) => sigma),
  );
});
