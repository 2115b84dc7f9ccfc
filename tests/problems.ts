/** What tests expect to be refused. */
import assert from "node:assert/strict";
import { DenoiseError, type Problem } from "../mod.ts";

/** The error of work that must be refused; any other error is thrown. */
export async function refusalOf(work: PromiseLike<unknown>): Promise<DenoiseError> {
  const error = await work.then(() => assert.fail("nothing is refused"), (error) => error);
  if (error instanceof DenoiseError) return error;
  throw error;
}

/** The problems of work that must be refused, at least one. */
export async function problemsOf(work: PromiseLike<unknown>): Promise<readonly Problem[]> {
  return (await refusalOf(work)).problems;
}
