/** Programs that do not fit a device are refused before they run. The device is a processor that says what it has. */
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { bytesNeeded } from "../pjrt/mod.ts";
import { MemoryError } from "./memory.ts";
import { onXla } from "./testing.ts";

const square = (x: tf.Tensor) => tf.matMul(tf.matMul(x as tf.Tensor2D, x as tf.Tensor2D), x as tf.Tensor2D);

onXla("a program that takes more than a device may give out is refused, with both numbers", async (engine) => {
  const [device] = engine.device.client.devices;
  let limit: number | undefined = 1;
  device!.memory = () => limit === undefined ? undefined : { used: 0, peak: 0, limit };
  const x = tf.fill([300, 300], 0.5);
  const run = engine.compile(square, { name: "square" });
  const error = await run(x).then(() => undefined, (error) => error);
  assert.ok(error instanceof MemoryError);
  assert.match(error.message, /^Cannot run "square": it takes 0.00\d+ GB of memory, and cpu has 1.00e-9 GB to use$/);
  const { needed, available } = error.shortage;
  assert.equal(available, 1);
  assert.ok(needed >= 3 * 300 * 300 * 4, "what is given, what comes out and what is between");
  limit = needed;
  tf.dispose(await engine.compile(square, { name: "square" })(x));
  limit = needed - 1;
  await assert.rejects(engine.compile(square, { name: "square" })(x), MemoryError);
  limit = undefined; // as where the plugin counts nothing
  tf.dispose([x, await run(x)]);
});

onXla("what takes over an argument's memory counts once", async (engine) => {
  const { client } = engine.device;
  const text = (attribute: string) =>
    `module { func.func public @main(%a: tensor<1000xf32> ${attribute})
    -> tensor<1000xf32> { %0 = stablehlo.negate %a : tensor<1000xf32> return %0 : tensor<1000xf32> } }`;
  using own = await client.compile(text("")), donated = await client.compile(text("{tf.aliasing_output = 0 : i32}"));
  assert.equal(bytesNeeded(own.memoryNeeds()!) - bytesNeeded(donated.memoryNeeds()!), 4000);
});
