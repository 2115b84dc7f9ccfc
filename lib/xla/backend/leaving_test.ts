/** Processes that end, in every way, while the engine compiles, computes or saves a program: never by a crash, never without output. */
import assert from "node:assert/strict";
import { endings, faultsOf } from "../leaving_cases.ts";
import { pluginForTests } from "../testing.ts";
import { backendStates } from "./leaving_states.ts";

const plugin = pluginForTests();
const module = new URL("./leaving_states.ts", import.meta.url);

for (const state of Object.keys(backendStates)) {
  Deno.test({
    name: `a process ends as it should in each of ${endings.length} ways: ${state}`,
    ignore: plugin === undefined,
    fn: async () => assert.deepEqual(await faultsOf(module, plugin!, state), []),
  });
}
