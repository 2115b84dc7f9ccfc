import assert from "node:assert/strict";
import { type XlaFacts, xlaTexts } from "./xla_texts.ts";

const processor: XlaFacts = {
  ...{ platform: "cpu", version: "cpu", processor: "A processor", cores: 2, model: "cpu", memory: undefined },
  ...{ devices: 1, asked: undefined, computed: "float32", deterministic: false },
};
const gpu: XlaFacts = {
  ...processor,
  ...{
    platform: "cuda",
    version: "cuda 13000\nmore",
    model: "NVIDIA H200",
    memory: 106.2e9,
    computed: "tensorfloat32",
  },
};
const line = (facts: XlaFacts) => xlaTexts(facts).description;
const build = (facts: XlaFacts) => xlaTexts(facts).build;

Deno.test("a processor is described by its cores and the precision, and why that is not the one that was asked for", () => {
  assert.equal(line(processor), "xla on cpu (2 cores, float32)");
  assert.equal(line({ ...processor, cores: 1, devices: 4 }), "xla on cpu (1 core, 4 devices, float32)");
  const asked = (asked: string) => line({ ...processor, asked });
  assert.equal(asked("mixed"), "xla on cpu (2 cores, float32: this processor has no fast bfloat16)");
  assert.equal(asked("tensorfloat32"), "xla on cpu (2 cores, float32: this processor has no TensorFloat-32)");
  assert.equal(asked("float32"), line(processor));
});

Deno.test("a GPU is described by its model, the memory to use, the precision, and how kernels are chosen", () => {
  assert.equal(
    line(gpu),
    "xla on cuda (NVIDIA H200 with 106 GB to use, tensorfloat32, kernels chosen by measuring)",
  );
  assert.equal(
    line({ ...gpu, memory: undefined, computed: "mixed", asked: "mixed", deterministic: true, devices: 2 }),
    "xla on cuda (NVIDIA H200, 2 devices, mixed, the same bits each time)",
  );
  const old = { ...gpu, model: "NVIDIA T4", memory: 12e9, computed: "float32" };
  assert.equal(line(old), "xla on cuda (NVIDIA T4 with 12 GB to use, float32, kernels chosen by measuring)");
  assert.match(line({ ...old, asked: "tensorfloat32" }), /, float32: this GPU has no TensorFloat-32, /);
});

Deno.test("the build of a processor is that of versions without a choice, but for mixed precision that it lacks", () => {
  assert.equal(build(processor), ", A processor with 2 cores");
  assert.equal(build({ ...processor, asked: "tensorfloat32" }), ", A processor with 2 cores");
  assert.equal(build({ ...processor, asked: "mixed", computed: "mixed" }), ", A processor with 2 cores");
  assert.equal(build({ ...processor, asked: "mixed" }), ", A processor with 2 cores, float32 instead of mixed");
});

Deno.test("the build of a GPU says what its bits depend on, so that a run is told that continues otherwise", () => {
  assert.equal(build(gpu), " (cuda 13000), NVIDIA H200, tensorfloat32, kernels chosen by measuring");
  const others: Partial<XlaFacts>[] = [{ computed: "float32" }, { deterministic: true }, { model: "NVIDIA H100" }];
  for (const other of others) assert.notEqual(build({ ...gpu, ...other }), build(gpu));
  assert.equal(build({ ...gpu, asked: "tensorfloat32" }), build(gpu), "asked for or not, it is the same");
});
