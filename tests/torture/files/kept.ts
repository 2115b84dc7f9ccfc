/** Families of the program's own files that it reads back: logs, measurements, decoded pictures, lists of packs. */
import { join } from "node:path";
import { Store, StoreWriter } from "../../../pipeline/data/store.ts";
import { readLog, RunLog } from "../../../pipeline/run/log.ts";
import { readCells } from "../../../pipeline/commands/sweep/table.ts";
import { makePack, openPack } from "../../../plugins/dataset/shared/pack.ts";
import { mutate, mutateJson } from "../mutate.ts";
import { type Family, type Seeds, Wrong } from "./family.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

const entries = [
  { step: 0, event: "start", time: "2026-01-01T00:00:00Z", backend: "cpu" },
  ...Array.from({ length: 30 }, (_, i) => ({ step: i + 1, loss: 1 / (i + 1) })),
  { step: 30, event: "metrics", epoch: 1, kid: 0.5, "kid spread": 0.1 },
];

const log: Family = {
  name: "log",
  share: 40,
  seeds: () => Promise.resolve([utf8(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""))]),
  damaged: ([seed], draws) => mutate(seed!, draws),
  async read(path) {
    const before = await readLog(path);
    {
      using log = await RunLog.open(path, 15);
      log.append({ step: 16, loss: 0 });
    }
    const after = await readLog(path);
    if (after.at(-1)?.step !== 16) throw new Wrong("What is appended is not read back");
    const first = before.findIndex(({ step }) => step > 15);
    const kept = before.slice(0, first === -1 ? undefined : first);
    if (JSON.stringify(kept) !== JSON.stringify(after.slice(0, -1))) throw new Wrong("Entries were lost");
  },
};

const metric = { id: "metrics[0]", label: "kid", name: "kid", value: 0.5, spread: 0.1, better: "lower" };
const cells = {
  axes: ["schedule"],
  cells: [{ recipe: "0123", point: { schedule: "cosine" }, run: "runs/x", step: 5, metrics: [metric, metric] }],
};

const measurements: Family = {
  name: "measurements",
  share: 30,
  seeds: () => Promise.resolve([utf8(JSON.stringify(cells, null, 2))]),
  damaged: ([seed], draws) =>
    draws.chance(0.3) ? mutate(seed!, draws) : utf8(JSON.stringify(mutateJson(cells, draws)) ?? ""),
  async read(path) {
    for (const { recipe, metrics } of await readCells(path)) {
      if (typeof recipe !== "string" || metrics.some(({ value }) => typeof value !== "number")) {
        throw new Wrong("Not a cell");
      }
    }
  },
};

const pictures = [0, 1, 2].map((i) => Uint8Array.from({ length: 48 }, (_, k) => 50 * i + k));

const store: Family = {
  name: "decoded pictures",
  share: 40,
  async seeds() {
    const path = join(await Deno.makeTempDir(), "a.bin");
    await using writer = await StoreWriter.create(path, 48);
    for (const picture of pictures) await writer.add(picture);
    await writer.add({ name: "x.png", reason: "damaged" });
    await writer.commit();
    return [await Deno.readFile(path)];
  },
  damaged: ([seed], draws) => mutate(seed!, draws),
  read(path) {
    for (const limit of [0, 1e9]) {
      using store = Store.open(path, { count: 4, pictureBytes: 48 }, limit);
      const target = new Uint8Array(48);
      for (const [i, picture] of store === undefined ? [] : pictures.entries()) {
        store!.read(i, target, 0);
        if (target.some((byte, k) => byte !== picture[k])) throw new Wrong(`Picture ${i} is another one`);
      }
    }
    return Promise.resolve();
  },
};

const packList = async (): Promise<Seeds> => {
  const folder = await Deno.makeTempDir();
  await makePack(
    folder,
    "key",
    async (packer) => [await packer.add("a", new Uint8Array(9)), await packer.add("b", utf8("x"))],
  );
  return [await Deno.readFile(join(folder, "pack.json"))];
};

const pack: Family = {
  name: "list of a pack",
  share: 30,
  seeds: packList,
  damaged: ([seed], draws) =>
    draws.chance(0.5)
      ? mutate(seed!, draws)
      : utf8(JSON.stringify(mutateJson(JSON.parse(new TextDecoder().decode(seed)), draws)) ?? ""),
  async read(path, folder) {
    await Deno.copyFile(path, join(folder, "pack.json"));
    await Deno.writeFile(join(folder, "pack.bin"), new Uint8Array(10));
    const found = await openPack(folder, "key");
    for (const { name, offset, size } of found?.items ?? []) {
      if (typeof name !== "string" || !(offset >= 0) || !(size >= 0) || offset + size > 10) {
        throw new Wrong("Not a member");
      }
    }
  },
};

export const kept: readonly Family[] = [log, measurements, store, pack];
