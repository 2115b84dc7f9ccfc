import assert from "node:assert/strict";
import { namesOfTfjs, notes, omittedKernels, placeOf, withTable } from "./features.ts";
import { deviceKernels, hostKernels } from "./kernels/mod.ts";

Deno.test("FEATURES.md is the table of the kernels that there are; `deno task features` writes it", async () => {
  const page = await Deno.readTextFile(new URL("FEATURES.md", import.meta.url));
  assert.equal(page, withTable(page));
});

Deno.test("each kernel that tfjs names is there or is left out with a reason", () => {
  const names = namesOfTfjs();
  assert.ok(names.length > 170, `tfjs names ${names.length} kernels`);
  const missing = names.filter((name) => placeOf(name) === "missing");
  assert.deepEqual(missing, Object.keys(omittedKernels).sort());
});

Deno.test("notes are of kernels that there are", () => {
  assert.deepEqual(Object.keys(notes).filter((name) => placeOf(name) === "missing"), []);
});

Deno.test("kernels run on the host only where the shape of what they give depends on data", () => {
  assert.deepEqual(Object.keys(hostKernels).sort(), [
    "NonMaxSuppressionV3",
    "NonMaxSuppressionV4",
    "NonMaxSuppressionV5",
    "RaggedGather",
    "RaggedRange",
    "RaggedTensorToTensor",
    "SparseFillEmptyRows",
    "SparseSegmentMean",
    "SparseSegmentSum",
    "Unique",
  ]);
  assert.deepEqual(Object.keys(hostKernels).filter((name) => name in deviceKernels), []);
});
