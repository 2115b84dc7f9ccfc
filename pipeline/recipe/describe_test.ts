/** Tests of what an option takes, in words. */
import assert from "node:assert/strict";
import { z } from "zod";
import { interval } from "../kinds/interval.ts";
import { describe, describeOne, inputSchema, schemaAt } from "./describe.ts";

Deno.test("describe() says what an option takes", () => {
  const cases: [z.ZodType, string][] = [
    [z.int(), "integer"],
    [z.int().positive(), "integer ≥ 1"],
    [z.int().min(2).max(8), "integer from 2 to 8"],
    [z.int().lt(5), "integer ≤ 4"],
    [z.int().multipleOf(2), "integer in multiples of 2"],
    [z.number(), "number"],
    [z.number().positive(), "number > 0"],
    [z.number().min(0).max(1), "number from 0 to 1"],
    [z.number().min(0).lt(1), "number ≥ 0 and < 1"],
    [z.number().gt(0).lt(1).default(0.5), "number > 0 and < 1"],
    [z.boolean(), "true or false"],
    [z.string(), "text"],
    [z.string().min(1), "text"],
    [z.string().max(9), "text of at most 9 characters"],
    [z.enum(["mae", "mse"]), '"mae" or "mse"'],
    [z.literal("x"), '"x"'],
    [z.literal([1, 2]), "1 or 2"],
    [z.array(z.int().positive()), "list of integers ≥ 1"],
    [z.array(z.number()).min(2), "list of 2 or more numbers"],
    [z.array(z.number()).length(3), "list of 3 numbers"],
    [z.tuple([z.number(), z.string()]), "list of 2: number and text"],
    [z.union([z.number(), z.literal("auto")]), 'number or "auto"'],
    [z.number().nullable(), "number or nothing"],
    [z.object({ a: z.number(), b: z.number() }), "map of a and b"],
    [z.record(z.string(), z.number()), "map of names to values"],
    [interval, 'interval such as "1 epoch" or "500 steps"'],
    [z.any(), "value"],
    [z.number().optional(), "number"],
  ];
  for (const [schema, words] of cases) assert.equal(describe(inputSchema(schema)), words);
});

Deno.test("describeOne() puts the article before it", () => {
  assert.equal(describeOne(inputSchema(z.int())), "an integer");
  assert.equal(describeOne(inputSchema(z.number())), "a number");
  assert.equal(describeOne(inputSchema(z.boolean())), "true or false");
  assert.equal(describeOne(inputSchema(z.enum(["a", "b"]))), '"a" or "b"');
  assert.equal(describeOne(inputSchema(z.literal([1, 2]))), "1 or 2");
});

Deno.test("schemaAt() finds the schema of a value within", () => {
  const schema = inputSchema(
    z.object({
      list: z.array(z.object({ x: z.int() })),
      pair: z.tuple([z.number(), z.string()]),
      free: z.record(z.string(), z.boolean()),
      either: z.union([z.string(), z.object({ y: z.number() })]),
    }),
  );
  const at = (...path: (string | number)[]) => {
    const found = schemaAt(schema, path);
    return found && describe(found);
  };
  assert.equal(at("list", 3, "x"), "integer");
  assert.equal(at("pair", 1), "text");
  assert.equal(at("free", "any"), "true or false");
  assert.equal(at("either", "y"), "number");
  assert.equal(at("toString"), undefined);
  assert.equal(at("list", 0, "nope"), undefined);
});
