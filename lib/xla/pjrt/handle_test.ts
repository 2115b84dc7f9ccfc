/** What PJRT made is freed once: explicitly, or when it is forgotten. */
import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { cpuPluginForTests } from "../testing.ts";
import { Buffer, loadPlugin } from "./mod.ts";
import { Handle, Handles, Uses } from "./handle.ts";

class Thing extends Handle {
  protected override what(): string {
    return "a thing: it is freed";
  }
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Collects what nobody holds, and lets finalizers run. */
async function collected(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    collect();
  }
  await new Promise((resolve) => setTimeout(resolve, 10));
}

Deno.test("a handle is freed once, and cannot be used afterwards", () => {
  const freed: bigint[] = [];
  const list = new Handles(BigUint64Array.of(7n, 8n), (address) => freed.push(address), new Uses());
  const [a, b] = [new Thing(list, 0), new Thing(list, 1)];
  assert.deepEqual([a.handle, b.handle], [7n, 8n]);
  a[Symbol.dispose]();
  a[Symbol.dispose]();
  assert.deepEqual([freed, a.isDisposed, b.isDisposed], [[7n], true, false]);
  assert.throws(() => a.handle, /^Error: Cannot use a thing: it is freed$/);
  {
    using last = b;
    assert.equal(last.handle, 8n);
  }
  assert.deepEqual(freed, [7n, 8n]);
});

Deno.test("forgotten handles are freed, those freed before are not freed again, those in use stay", async () => {
  const freed: bigint[] = [];
  const free = (address: bigint) => void freed.push(address);
  const uses = new Uses();
  const make = (...addresses: bigint[]) => {
    const list = new Handles(BigUint64Array.from(addresses), free, uses);
    return addresses.map((_, i) => new Thing(list, i));
  };
  const kept = make(1n, 2n)[0]!; // holds the list, and with it its neighbour
  const forget = async () => {
    await Promise.resolve(); // in a frame of its own, which does not outlive it
    make(3n, 4n, 5n)[1]![Symbol.dispose]();
  };
  await forget();
  assert.deepEqual(freed, [4n]);
  await collected();
  assert.deepEqual(freed.toSorted((a, b) => Number(a - b)), [3n, 4n, 5n]);
  assert.equal(kept.handle, 1n);
  let unused = false;
  uses.whenUnused(() => unused = true);
  assert.ok(!unused, "two are in use");
  kept[Symbol.dispose]();
  assert.ok(!unused, "its neighbour is");
});

Deno.test("Uses.whenUnused() calls once, after the last handle is freed and the last work is done", async () => {
  const uses = new Uses();
  let calls = 0;
  const list = new Handles(BigUint64Array.of(1n, 2n), () => {}, uses);
  const { promise, resolve } = Promise.withResolvers<void>();
  const failing = uses.during(() => promise.then(() => Promise.reject(new Error("on purpose"))));
  uses.whenUnused(() => calls++);
  list.release(0);
  list.release(1);
  assert.equal(calls, 0, "work is under way");
  resolve();
  await assert.rejects(failing, /on purpose/);
  assert.equal(calls, 1);
  Handles.of(3n, () => {}, uses).release(0);
  assert.equal(calls, 1);
});

Deno.test({
  name: "forgotten buffers and programs give their memory back",
  ignore: cpuPluginForTests() === undefined,
  async fn() {
    const client = loadPlugin(cpuPluginForTests()!).createClient({ cpu_device_count: 1 });
    const megabytes = 64; // far more than compiling leaves behind
    const forget = async () => {
      const buffer = client.upload(new Float32Array(megabytes * 2 ** 18).fill(1), [megabytes * 2 ** 18], "f32");
      const type = `tensor<${megabytes * 2 ** 18}xf32>`;
      const program = await client.compile(`module { func.func public @main(%a: ${type}) -> ${type} {
        %0 = stablehlo.add %a, %a : ${type}
        return %0 : ${type} } }`);
      const [[sum]] = program.execute([[buffer]]) as [[Buffer]];
      await sum.ready();
    };
    await forget();
    await collected();
    const before = Deno.memoryUsage().rss;
    for (let i = 0; i < 10; i++) {
      await forget();
      await collected();
    }
    const grown = (Deno.memoryUsage().rss - before) / 2 ** 20;
    assert.ok(grown < 10 * 2 * megabytes / 3, `${grown.toFixed(0)} MB more of ${10 * 2 * megabytes} MB forgotten`);
    client[Symbol.dispose]();
  },
});
