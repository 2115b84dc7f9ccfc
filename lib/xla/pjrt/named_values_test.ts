import assert from "node:assert/strict";
import { memoryOptions } from "../backend/gpu.ts";
import { addressOf, layout } from "./layout.ts";
import { namedValues, readNamedValues } from "./named_values.ts";

/** Types and values as C would read them: `PJRT_NamedValue_Type` at byte 32, the value at byte 40. */
function asC(options: Parameters<typeof namedValues>[0]) {
  const { list, count } = namedValues(options);
  const size = layout("PJRT_NamedValue").size, view = new DataView(list.buffer);
  return Array.from({ length: count }, (_, i) => {
    const at = i * size;
    return {
      type: view.getInt32(at + 32, true),
      float: view.getFloat32(at + 40, true),
      int: view.getInt32(at + 40, true),
    };
  });
}

Deno.test("a part of a GPU's memory goes as a float, the whole of it too", () => {
  for (const fraction of [1, 0.5, 0.1]) {
    const [sent] = asC(memoryOptions("/cuda/plugin.so", { fraction }));
    assert.equal(sent!.type, 3, "PJRT_NamedValue_kFloat");
    assert.ok(Math.abs(sent!.float - fraction) < 1e-7);
  }
});

Deno.test("options keep their types: text, whole numbers, fractions, yes and no", () => {
  const sent = asC({ text: "a", whole: 4, part: 0.25, yes: true });
  assert.deepEqual(sent.map(({ type }) => type), [0, 1, 3, 4]);
  assert.equal(sent[1]!.int, 4);
  assert.equal(sent[2]!.float, 0.25);
  const { list, count } = namedValues({ text: "ä", whole: -4, yes: true, no: false });
  assert.deepEqual(readNamedValues(addressOf(list), count), { text: "ä", whole: -4, yes: true, no: false });
});
