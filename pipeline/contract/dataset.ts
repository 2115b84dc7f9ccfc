/** Laws of datasets. */
import assert from "node:assert/strict";
import type { Dataset, OpenDataset } from "../kinds/dataset.ts";
import type { Laws, Subject } from "./laws.ts";

/** Opens a dataset with a folder of its own, for as long as `use` takes. */
async function opened(
  { create, download }: Subject<"dataset">,
  use: (open: OpenDataset, dataset: Dataset) => void | Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "contract-" });
  try {
    const dataset = await create();
    const open = await dataset.open({
      folder,
      download,
      signal: new AbortController().signal,
      progress: () => {},
      warn: () => {},
    });
    await use(open, dataset);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

export const datasetLaws: Laws<"dataset"> = {
  "splits its pictures without an overlap": (subject) =>
    opened(subject, ({ items, splits, classes, measuresTraining }) => {
      const all = [...splits.train, ...splits.validation];
      if (measuresTraining) {
        assert.equal(new Set(splits.train).size, splits.train.length, "no picture is listed twice");
        assert.equal(new Set(all).size, splits.train.length, "what is measured on is trained on, as it says");
      } else assert.equal(new Set(all).size, all.length, "no picture is listed twice");
      assert.ok(splits.train.length > 0, "there are pictures to train on");
      for (const index of all) assert.ok(index in items, `picture ${index} exists`);
      for (const { name, label } of items) {
        assert.ok(
          label === undefined || (classes !== undefined && label in classes),
          `"${name}" has a class: ${label}`,
        );
      }
    }),
  "gives the bytes of a picture, of the shape that it announces, each time": (subject) =>
    opened(subject, async (open, { image }) => {
      const { train, validation } = open.splits;
      for (const index of [train[0]!, train.at(-1)!, ...validation.slice(0, 1)]) {
        const bytes = await open.pixels(index);
        assert.ok(bytes instanceof Uint8Array, "bytes");
        assert.equal(bytes.length, image.height * image.width * image.channels, `bytes of picture ${index}`);
        assert.deepEqual(await open.pixels(index), bytes, `picture ${index}, a second time`);
      }
    }),
  "opens to the same pictures again": (subject) =>
    opened(subject, (first) =>
      opened(subject, (second) => {
        assert.equal(second.fingerprint, first.fingerprint, "fingerprint");
        assert.deepEqual(second.items, first.items, "items");
        assert.deepEqual(second.splits, first.splits, "splits");
      })),
};
