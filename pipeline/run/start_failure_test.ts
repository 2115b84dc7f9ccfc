/** Tests of where a backend that does not start is blamed. */
import assert from "node:assert/strict";
import { RuntimeError } from "../../lib/xla/runtime/error.ts";
import type { Graph } from "../graph/types.ts";
import { DenoiseError } from "../problems/problem.ts";
import type { Path } from "../recipe/types.ts";
import { startFailure } from "./start_failure.ts";

Deno.test("a backend that does not start is blamed on the option that has to change, where an error names one", () => {
  const graph = {
    recipe: {
      origin: () => ({ from: "command line" }),
      problem: (path: Path, problem: object) => ({ ...problem, place: path.join(".") }),
    },
    one: () => ({ path: ["backend"], plugin: { name: "tensorflow" } }),
  } as unknown as Graph;
  const place = (error: Error) => {
    const failure = startFailure(graph, error);
    assert.ok(failure instanceof DenoiseError);
    return failure.problems[0]!.place;
  };
  assert.equal(place(new RuntimeError("no GPU", [], { option: "device" })), "backend.device");
  assert.equal(place(new RuntimeError("not installed", [])), "backend");
});
