import assert from "node:assert/strict";
import { noiseGrid, Refusal, type Spacing, spacingOptions } from "denoise/plugin";
import { z } from "zod";
import cosine from "../schedule/cosine.ts";
import consistency from "./consistency.ts";
import ddim from "./ddim.ts";
import dpmpp from "./dpmpp.ts";
import heun from "./heun.ts";
import ipndm from "./ipndm.ts";
import multistep from "./multistep.ts";
import pndm from "./pndm.ts";
import { betaQuantile } from "../../pipeline/grid/beta_quantile.ts";
import { singlestepOrders } from "./shared/dpmpp.ts";
import { phi } from "./shared/phi.ts";

const schedule = await cosine.create({ options: {} }); // sigma 0.29 to 42.5
const flow = { logSnr: (time: number) => 2 * Math.log((1 - time) / time) }; // both ends without bounds
const checked = (options: Record<string, unknown>): Spacing => z.object(spacingOptions).parse(options);
const sigmas = (steps: number, options: Record<string, unknown>, of: { logSnr(time: number): number } = schedule) =>
  noiseGrid(of, steps, checked(options)).map(({ sigma }) => sigma);

function assertClose(found: readonly number[], wanted: readonly number[]): void {
  assert.equal(found.length, wanted.length, String(found));
  for (const [i, value] of wanted.entries()) {
    assert.ok(
      found[i] === value || Math.abs(found[i]! - value) <= 1e-9 * Math.max(1, Math.abs(value)),
      `${found} is not ${wanted}`,
    );
  }
}

Deno.test("every grid falls from the schedule's start, in as many steps as are asked for", () => {
  const [start, end] = [1, 0].map((time) => Math.exp(-schedule.logSnr(time) / 2)) as [number, number];
  for (const spacing of spacingOptions.spacing.def.innerType.options) {
    if (["list", "linspace", "leading", "trailing"].includes(spacing)) continue; // those of timesteps are tested there
    for (const last of ["end", "zero"]) {
      for (const steps of [1, 2, 7]) {
        const found = sigmas(steps, { spacing, last });
        assert.equal(found.length, steps + 1, spacing);
        assert.ok(Math.abs(found[0]! / start - 1) < 1e-9, `${spacing} starts at ${found[0]}`);
        assert.ok(found.every((sigma, i) => i === 0 || sigma < found[i - 1]!), `${spacing} falls: ${found}`);
        const least = found.at(last === "zero" ? -2 : -1)!;
        if (last === "zero") assert.equal(found.at(-1), 0);
        if (steps > 1) assert.ok(Math.abs(least / end - 1) < 1e-9, `${spacing} ends at ${least}, not at ${end}`);
      }
    }
  }
});

Deno.test("grids are those of their formulas", () => {
  assertClose(sigmas(4, { spacing: "log-snr", sigma_max: 16, sigma_min: 1 }), [16, 8, 4, 2, 1]);
  assertClose(sigmas(3, { spacing: "karras", rho: 1, sigma_max: 10, sigma_min: 2 }), [10, 6, 2, 0]);
  assertClose(sigmas(3, { spacing: "polyexponential", rho: 2, sigma_max: 16, sigma_min: 1 }), [16, 2, 1, 0]);
  assertClose(sigmas(2, { spacing: "flow" }, flow), [Infinity, 1, 0]);
  // t = 3 u / (1 + 2 u) at u = 1/2 is 0.75, and sigma = t / (1 - t).
  assertClose(sigmas(2, { spacing: "flow", shift: 3 }, flow), [Infinity, 3, 0]);
  assertClose(sigmas(2, { spacing: "list", sigmas: [40, 2, 0] }), [40, 2, 0]);
});

Deno.test("quantiles of beta distributions invert their distribution", () => {
  assert.ok(Math.abs(betaQuantile(0.5, 0.6, 0.6) - 0.5) < 1e-12);
  assert.ok(Math.abs(betaQuantile(0.3, 1, 1) - 0.3) < 1e-12); // uniform
  assert.ok(Math.abs(betaQuantile(0.3, 1, 3) - (1 - 0.7 ** (1 / 3))) < 1e-12); // 1 - (1 - x)^3
});

Deno.test("phi() joins its series and its recursion, and ends at nothing", () => {
  for (const k of [1, 2, 3, 4]) {
    for (const z of [-1, 1]) assert.ok(Math.abs(phi(k, z * 0.9999999) - phi(k, z * 1.0000001)) < 1e-6, `phi_${k}`);
    assert.equal(phi(k, 0), [1, 1 / 2, 1 / 6, 1 / 24][k - 1]);
    assert.equal(Math.abs(phi(k, -Infinity)), 0);
  }
  assert.ok(Math.abs(phi(1, 0.5) - Math.expm1(0.5) / 0.5) < 1e-15);
});

Deno.test("single-step solvers go through their orders, and cut the last group", () => {
  assert.deepEqual(singlestepOrders(7, 3, false), [1, 2, 3, 1, 2, 3, 1]);
  assert.deepEqual(singlestepOrders(6, 3, true), [1, 2, 3, 1, 2, 1]);
  assert.deepEqual(singlestepOrders(6, 2, true), [1, 2, 1, 2, 1, 1]);
  assert.deepEqual(singlestepOrders(5, 2, true), [1, 2, 1, 2, 1]);
});

// deno-lint-ignore no-explicit-any -- plugins of any options
async function refusal(plugin: any, options: Record<string, unknown>, of: unknown = schedule): Promise<Refusal> {
  const all = { clip: false, ...plugin.options.parse(options) };
  const found = await Promise.try(() => plugin.create({ options: all, schedule: of })).catch((error: unknown) => error);
  assert.ok(found instanceof Refusal, `${plugin.name} ${JSON.stringify(options)} is not refused: ${found}`);
  return found;
}

Deno.test("samplers refuse grids that cannot work, with the option and what to do", async () => {
  const list = { spacing: "list" };
  const cases: readonly (readonly [
    plugin: unknown,
    options: Record<string, unknown>,
    option: string,
    what: RegExp,
    of?: unknown,
  ])[] = [
    [ddim, { rho: 7 }, "rho", /rho does not belong to spacing times/],
    [ddim, { spacing: "karras", shift: 3 }, "shift", /shift does not belong to spacing karras/],
    [
      ddim,
      { spacing: "karras", sigma_max: 80 },
      "sigma_max",
      /80 lies above what the schedule reaches, 0.2865 to 42.52/,
    ],
    [ddim, { spacing: "karras", sigma_min: 0.002 }, "sigma_min", /0.002 lies below/],
    [ddim, { spacing: "karras", sigma_max: 1, sigma_min: 2 }, "sigma_max", /not above its end/],
    [ddim, { spacing: "flow", shift: 3, tokens: 256 }, "tokens", /given twice/],
    [ddim, { spacing: "align-your-steps", table: "stable-diffusion", steps: 10 }, "table", /below what the schedule/],
    [ddim, list, "spacing", /has no list/],
    [ddim, { ...list, sigmas: [1, 2, 0], steps: 2 }, "sigmas", /above the one before/],
    [ddim, { ...list, sigmas: [2, 0, 0], steps: 2 }, "sigmas", /not the last/],
    [ddim, { ...list, sigmas: [2, 1, 0], steps: 3 }, "steps", /makes 2 steps, not 3/],
    [ddim, { ...list, sigmas: [2, 1], steps: 3 }, "steps", /makes 1 step, not 3/],
    [ddim, { spacing: "karras" }, "spacing", /grow without bounds/, flow],
    [ddim, { spacing: "log-snr", sigma_max: 80 }, "spacing", /ends at 0, whose logarithm/, flow],
    [heun, {}, "spacing", /starts where there is no signal/, flow],
    [pndm, { steps: 3, start: "runge-kutta" }, "steps", /takes 12 steps/],
    [multistep, { weights: "exact", spacing: "karras" }, "spacing", /Exact weights/],
    [multistep, { weights: "exact", rho: 3 }, "rho", /rho does not belong to spacing times/],
    [multistep, {}, "spacing", /divides by the signal rate/, flow],
    [dpmpp, { method: "singlestep", eta: 1 }, "eta", /draws no noise/],
    [consistency, { steps: 3, timesteps: [999] }, "timesteps", /lists 1 timestep for 3 steps/],
  ];
  for (const [plugin, options, option, what, of] of cases) {
    const found = await refusal(plugin, options, of);
    assert.equal(found.option, option, found.message);
    assert.match(found.message, what);
    assert.ok(found.help.length > 0);
  }
  assert.match((await refusal(ddim, { rho: 7 })).help.join(), /^leave it out, or take spacing: karras/);
});

Deno.test("samplers that measure in lambda, and Heun's method along the flow, start where there is no signal", async () => {
  for (
    const [plugin, options] of [[dpmpp, { order: 3 }], [dpmpp, { eta: 1 }], [heun, { path: "flow" }], [
      ipndm,
      {},
    ]] as const
  ) {
    for (const grid of [{}, { spacing: "flow", shift: 3 }]) {
      // deno-lint-ignore no-explicit-any -- plugins of any options
      const { options: schema, create } = plugin as any;
      const sampler = await create({ options: schema.parse({ steps: 6, ...options, ...grid }), schedule: flow });
      for (const row of sampler.plan()) assert.ok(row.every(Number.isFinite), `${plugin.name}: ${row}`);
      assert.equal(sampler.levels[0], -Infinity);
      assert.equal(sampler.levels.at(-1), Infinity);
    }
  }
});

Deno.test("a sampler without its first steps does what a new one does on what is left of the grid", async () => {
  for (const plugin of [ddim, dpmpp, heun, multistep]) {
    // deno-lint-ignore no-explicit-any -- plugins of any options
    const { options: schema, create } = plugin as any;
    const sampler = await create({ options: schema.parse({ steps: 10 }), schedule });
    const rest = sampler.skip(4);
    assert.equal(rest.steps, 6);
    assert.deepEqual(rest.levels, sampler.levels.slice(4));
    // Far from where it starts, it takes the same steps.
    assert.deepEqual(rest.plan().at(-1), sampler.plan().at(-1), plugin.name);
  }
});
