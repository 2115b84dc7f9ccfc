/** Processes that end, in every way, while a plugin is loaded, compiles or computes: never by a crash, never without output. */
import assert from "node:assert/strict";
import { endings, faultsOf } from "../leaving_cases.ts";
import { cpuPluginForTests } from "../testing.ts";
import { pjrtStates } from "./leaving_states.ts";

const plugin = cpuPluginForTests();
const module = new URL("./leaving_states.ts", import.meta.url);

for (const state of Object.keys(pjrtStates)) {
  Deno.test({
    name: `a process ends as it should in each of ${endings.length} ways: ${state}`,
    ignore: plugin === undefined,
    fn: async () => assert.deepEqual(await faultsOf(module, plugin!, state), []),
  });
}
